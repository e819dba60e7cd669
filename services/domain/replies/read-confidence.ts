import { distinctTexts } from './distinct-texts.ts';
import { plainNumber } from './plain-number.ts';
import { tagsIn } from './tags-in.ts';

/** The number in a proposal's <confidence> tag, in [0, 1]; undefined unless there is exactly one and it is such a number. */
export function parseConfidence(reply: string): number | undefined {
  const [text, ...others] = distinctTexts(tagsIn(reply, ['modification', 'workflow', 'confidence']), 'confidence', true);
  const digits = text === undefined || others.length > 0 ? undefined : plainNumber(text);
  return digits === undefined || Number(digits) > 1 ? undefined : Number(digits);
}
