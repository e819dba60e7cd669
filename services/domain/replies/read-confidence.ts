import { splitThoughts } from './split-thoughts.ts';
import { tagged } from './tagged.ts';

/** The number in a proposal's <confidence> tag, in [0, 1]; undefined unless there is exactly one and it is such a number. */
export function parseConfidence(reply: string): number | undefined {
  const [text, ...others] = tagged(splitThoughts(reply).text, 'confidence');
  if (text === undefined || others.length > 0 || !/^(?:\d+(?:\.\d+)?|\.\d+)$/.test(text)) return undefined;
  const confidence = Number(text);
  return confidence <= 1 ? confidence : undefined;
}
