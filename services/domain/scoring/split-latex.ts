const opening = '([{';
const closing = ')]}';

/** The parts between separators that stand in no brackets of any kind. */
export function splitOutside(text: string, separator: ',' | '='): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (opening.includes(sign)) depth += 1;
    else if (closing.includes(sign)) depth -= 1;
    else if (sign === separator && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

export interface Bracketed {
  /** The first and the last, angle brackets as round ones. */
  readonly brackets: string;
  /** Two at least. */
  readonly parts: readonly string[];
}

/** A tuple or an interval: (3, 4), [0, 1), \langle 1, 2 \rangle. */
export function bracketed(text: string): Bracketed | undefined {
  const plain = text.replaceAll(/\\langle(?![a-z])/g, '(').replaceAll(/\\rangle(?![a-z])/g, ')');
  if (!/^[([].*[)\]]$/s.test(plain) || !closesAtEnd(plain)) return undefined;
  const parts = splitOutside(plain.slice(1, -1), ',');
  return parts.length < 2 ? undefined : { brackets: `${plain[0]}${plain.at(-1)}`, parts };
}

/** Not so in "(0, 1) \cup (2, 3)". */
function closesAtEnd(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (opening.includes(sign)) depth += 1;
    else if (closing.includes(sign)) depth -= 1;
    if (depth === 0) return at === text.length - 1;
  }
  return false;
}

/** The cells of a matrix, row by row. */
export function matrixRows(text: string): string[][] | undefined {
  const inner = /^\\begin\{(?:[pb]matrix|array)\}(?:\{[clr|]*\})?(.*)\\end\{(?:[pb]matrix|array)\}$/s.exec(text)?.[1];
  const rows = inner?.split('\\\\').filter((row) => row.trim() !== '');
  return rows?.map((row) => row.split('&').map((cell) => cell.trim()));
}
