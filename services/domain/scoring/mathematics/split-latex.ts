const opening = '([{';
const closing = ')]}';

/** The parts between separators that are not inside brackets of any kind, and the separators themselves. */
export function splitBy(text: string, separator: RegExp): { parts: string[]; separators: string[] } {
  const sticky = new RegExp(separator.source, 'y');
  const parts: string[] = [];
  const separators: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    sticky.lastIndex = at;
    const found = depth === 0 ? sticky.exec(text)?.[0] : undefined;
    if (found) {
      parts.push(text.slice(start, at).trim());
      separators.push(found);
      at += found.length - 1;
      start = at + 1;
    } else if (sign === '\\' && /[a-zA-Z]/.test(text[at + 1] ?? '')) at += /^[a-zA-Z]+/.exec(text.slice(at + 1))?.[0].length ?? 0;
    else if (opening.includes(sign)) depth += 1;
    else if (closing.includes(sign)) depth -= 1;
  }
  return { parts: [...parts, text.slice(start).trim()], separators };
}

/** Half-open intervals close with a different bracket from the one they open with. */
export interface Bracketed {
  /** The first and the last. */
  readonly brackets: string;
  readonly inner: string;
}

/** The text between brackets that open at the beginning and close at the end, which is not so in "(0, 1) \cup (2, 3)". */
export function bracketed(text: string): Bracketed | undefined {
  if (!/^[([].*[)\]]$/s.test(text)) return undefined;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (opening.includes(sign)) depth += 1;
    else if (closing.includes(sign)) depth -= 1;
    if (depth === 0)
      return at === text.length - 1 ? { brackets: `${text[0]}${text.at(-1)}`, inner: text.slice(1, -1) } : undefined;
  }
  return undefined;
}

/** The text between the braces of a set. */
export function braced(text: string): string | undefined {
  const inner = /^\\\{(.*)\\\}$/s.exec(text)?.[1];
  return inner?.includes('\\}') ? undefined : inner;
}

const comma = /[,;]/;

/** The parts of a tuple or an interval, at least two: (3, 4), [0, 1). */
export function tupleOf(text: string): { brackets: string; parts: readonly string[] } | undefined {
  const inside = bracketed(text);
  const parts = inside ? splitBy(inside.inner, comma).parts : [];
  return inside && parts.length > 1 ? { brackets: inside.brackets, parts } : undefined;
}

export function splitAtCommas(text: string): string[] {
  return splitBy(text, comma).parts;
}

const separator = /[,;]|\\(?:cup|land|lor)(?![a-z])/;

/**
 * The values of a list, with or without a set's braces. Groups separated by semicolons, as in "p=5,q=2;p=7,q=2", stay whole.
 */
export function listOf(text: string): string[] {
  const inner = braced(text) ?? text;
  const groups = splitBy(inner, /;/).parts;
  const grouped = groups.length > 1 && groups.every((group) => splitAtCommas(group).length > 1);
  return (grouped ? groups : splitBy(inner, separator).parts).filter((part) => part !== '');
}
