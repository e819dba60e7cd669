import { distinctTexts } from './distinct-texts.ts';
import { jsonReplyIn } from './json-reply.ts';
import { plainNumber } from './plain-number.ts';
import { tagsIn } from './tags-in.ts';

/**
 * The number in a proposal's <confidence> tag or field, in [0, 1]; undefined unless there is exactly one and it is such a number.
 */
export function parseConfidence(reply: string): number | undefined {
  const object = jsonReplyIn(reply);
  if (object?.confidence !== undefined) return shareIn(String(object.confidence));
  const [text, ...others] = distinctTexts(tagsIn(reply, ['modification', 'workflow', 'confidence']), 'confidence', true);
  return text === undefined || others.length > 0 ? undefined : shareIn(text);
}

function shareIn(text: string): number | undefined {
  const digits = plainNumber(text);
  return digits === undefined || Number(digits) > 1 ? undefined : Number(digits);
}
