import { parseDocument, visit } from 'yaml';
import { withLiteralBackslashes } from '../replies/literal-backslashes.ts';

/** YAML for a reply whose texts in double quotes have the backslashes of formulas as they are, where "\b" is a backspace. */
export function literalBackslashesInYaml(text: string): string {
  if (!(text.includes('"') && text.includes('\\'))) return text;
  const quoted: (readonly [start: number, end: number])[] = [];
  visit(parseDocument(text, { prettyErrors: false, logLevel: 'silent' }), {
    Scalar(_key, { type, range }) {
      if (type === 'QUOTE_DOUBLE' && range) quoted.push([range[0], range[1]]);
    },
  });
  return quoted
    .toSorted(([one], [other]) => other - one)
    .reduce(
      (read, [start, end]) => read.slice(0, start) + withLiteralBackslashes(read.slice(start, end)) + read.slice(end),
      text,
    );
}
