/** Texts of several lines, as a terminal may get them: what would steer it is shown as U+FFFD. Line breaks and tabs stay. */
export function plainText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/gu, '\ufffd');
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
