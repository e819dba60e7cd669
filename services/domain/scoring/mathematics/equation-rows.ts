const rows =
  /(?:\\left\s*\\\{\s*)?\\begin\s*\{(cases|array)\}(?:\s*\{[lcr|\s]*\})?((?:(?!\\begin|\\end)[\s\S])*?)\\end\s*\{\1\}(?:\s*\\right\s*\.)?/g;

/** A system whose lines only name values, as a list: x = 1, y = 2. Other rows are a matrix, or a function by cases. */
export function withEquationRows(text: string): string {
  return text.replace(rows, (all, _name: string, inside: string) => {
    const lines = inside
      .replaceAll('&', '')
      .split(/\\\\/)
      .map((line) => line.trim().replace(/[,;.]$/, ''))
      .filter((line) => line !== '');
    return lines.length > 1 && lines.every((line) => /^[^=<>]+=[^=<>,]+$/.test(line)) ? lines.join(', ') : all;
  });
}
