/** Texts as Python writes them. */

const short: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

export function pythonText(text: string): string {
  const written = text.replace(/[\\"\p{C}\u2028\u2029]/gu, (letter) => short[letter] ?? escaped(letter));
  return `"${written}"`;
}

function escaped(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** A text of several lines, one a line, as one value. @param indent of the lines after the first, in blanks */
export function pythonLines(text: string, indent: number): string {
  const lines = text.split(/(?<=\n)/);
  if (lines.length < 2) return pythonText(text);
  const margin = ' '.repeat(indent);
  return `(\n${lines.map((line) => `${margin}    ${pythonText(line)}\n`).join('')}${margin})`;
}

/** Any value of JSON. */
export function pythonValue(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'string') return pythonText(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, inner]) => `${pythonText(key)}: ${pythonValue(inner)}`)
    .join(', ')}}`;
}
