/** Strings and comments of a Python program; strings in triple quotes first. */
const noCode = /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*/g;
const blank = '\u0000';

/** The program with strings and comments blanked out, every character in its place: what a pattern may look through. */
export function maskedPython(source: string): string {
  return source.replace(noCode, (text) => text.replace(/[^\n]/g, blank));
}

/** Without docstrings, the strings that stand as lines of their own. */
export function withoutDocstrings(source: string): string {
  return source.replace(noCode, (text, offset: number) => {
    const isAlone = /(?:^|\n)[ \t]*$/.test(source.slice(0, offset)) && /^[ \t]*(?:\n|$)/.test(source.slice(offset + text.length));
    return /^("""|''')/.test(text) && isAlone ? '' : text;
  });
}

/** The same text for programs that differ in comments, docstrings, blank lines and trailing spaces only. */
export function plainPython(source: string): string {
  return withoutDocstrings(source)
    .replace(noCode, (text) => (text.startsWith('#') ? '' : text))
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}

/** Where the body of a function begins, after its docstring; 0 if it is not there. */
export function bodyStart(source: string, name: string): number {
  const head = new RegExp(`^[ \\t]*def[ \\t]+${name}\\b[^\\n]*:[ \\t]*\\n(?:\\s*("""|''')[\\s\\S]*?\\1[ \\t]*\\n)?`, 'm').exec(
    source,
  );
  return head === null ? 0 : head.index + head[0].length;
}

/** A place in a program, of a pattern's match. */
export interface Place {
  readonly start: number;
  readonly text: string;
}

/** Where a pattern matches code at or after a place. */
export function codePlaces(source: string, pattern: RegExp, from: number): Place[] {
  return [...maskedPython(source).matchAll(new RegExp(pattern.source, 'gm'))]
    .filter(({ index }) => index >= from)
    .map(({ index, 0: match }) => ({ start: index, text: source.slice(index, index + match.length) }));
}

export function replacedAt(source: string, { start, text }: Place, replacement: string): string {
  return source.slice(0, start) + replacement + source.slice(start + text.length);
}
