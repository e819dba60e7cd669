import type { Failure } from '../failure.ts';
import { boxedTexts } from '../replies/boxes.ts';
import { distinctTexts } from '../replies/distinct-texts.ts';
import { headedText } from '../replies/headed-text.ts';
import { jsonReplyIn } from '../replies/json-reply.ts';
import { plainNumber } from '../replies/plain-number.ts';
import { withoutAsides } from '../replies/split-thoughts.ts';
import { tagsIn } from '../replies/tags-in.ts';

/** What the optimizer predicts, or why its reply cannot be used. */
export type ParsedPrediction =
  | { readonly score: number; readonly reason: string }
  | { readonly reason: string; readonly failure: Failure };

/**
 * Reads a reply to the prediction prompt: one number in [0, 1], in a box, or the score of a JSON object.
 * @param cutOff the reply ended at its token limit
 */
export function parsePrediction(reply: string, cutOff = false): ParsedPrediction {
  const object = jsonReplyIn(reply);
  if (object?.score !== undefined) return scoreIn(String(object.score), 'the field score', textOr(object.reason));
  const tags = tagsIn(reply, ['reason', 'box']);
  const reason = tags.find(({ name }) => name === 'reason')?.text.trim() ?? '';
  const refused = (message: string): ParsedPrediction => ({ reason, failure: { kind: 'unparsable-prediction', message } });
  const [box = tags.some(({ name, closed }) => name === 'box' && closed) ? '' : otherBox(reply), ...others] = distinctTexts(
    tags,
    'box',
    !cutOff,
  );
  if (box === undefined)
    return refused('the reply has no <box>…</box>: end it with one number in a box, such as <box>0.85</box>');
  if (others.some((other) => Number(plainNumber(other)) !== Number(plainNumber(box))))
    return refused(`the reply has ${others.length + 1} boxes: give exactly one`);
  return scoreIn(box, 'the box', reason);
}

/** @param place what holds the number, for messages */
function scoreIn(text: string, place: string, reason: string): ParsedPrediction {
  const refused = (message: string): ParsedPrediction => ({ reason, failure: { kind: 'unparsable-prediction', message } });
  const digits = plainNumber(text);
  if (digits === undefined)
    return refused(`${place} holds "${text.slice(0, 40)}": it must hold one number from 0.0 to 1.0 and nothing else`);
  const score = Number(digits);
  if (score > 1) return refused(`${place} holds ${text}: the number must be from 0.0 to 1.0, not a percentage`);
  return { score, reason };
}

function textOr(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

/**
 * Models that were trained on mathematics write \boxed{0.85} for a box; others write "Box: 0.85", or the number alone in the last
 * line.
 */
function otherBox(reply: string): string | undefined {
  const answer = withoutAsides(reply);
  const [text, ...others] = new Set(boxedTexts(answer));
  const [lastLine = ''] = answer.trimEnd().split('\n').slice(-1);
  return others.length === 0 ? (text ?? headedText(answer, 'box') ?? plainNumber(lastLine)) : undefined;
}
