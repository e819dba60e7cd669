/** Texts of several lines, as a terminal may get them: what would steer it is shown as U+FFFD. Line breaks and tabs stay. */
export function plainText(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/\r\n?/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that steer a terminal.
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
  );
}

/** Each line behind a bar, so that a text is told from what is said about it. */
export function quoted(text: string, indent = '    '): string {
  const shown = plainText(text).trimEnd();
  if (shown === '') return `${indent}(empty)`;
  return shown
    .split('\n')
    .map((line) => `${indent}| ${line}`.trimEnd())
    .join('\n');
}
