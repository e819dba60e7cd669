/** Without the blanks around it; the indentation of a first line stays where other lines have as much, since it may be code. */
export function withoutMargins(text: string): string {
  const [first = '', ...more] = text
    .replace(/^(?:[ \t]*\r?\n)+/, '')
    .trimEnd()
    .split('\n');
  const indentation = /^[ \t]*/.exec(first)?.[0] ?? '';
  const isCode = indentation !== '' && more.some((line) => line.startsWith(indentation));
  return [isCode ? first : first.trimStart(), ...more].join('\n');
}
