import type { Failure } from '../failure.ts';
import { splitThoughts } from '../replies/split-thoughts.ts';
import { tagged } from '../replies/tagged.ts';

/** What the optimizer predicts, or why its reply is of no use. */
export type ParsedPrediction =
  | { readonly score: number; readonly reason: string }
  | { readonly reason: string; readonly failure: Failure };

const decimal = /^(?:\d+(?:\.\d+)?|\.\d+)$/;

/** Reads a reply to the prediction prompt: exactly one box, with a number in [0, 1]. */
export function parsePrediction(reply: string): ParsedPrediction {
  const answer = splitThoughts(reply).text;
  const reason = tagged(answer, 'reason')[0] ?? '';
  const refused = (message: string): ParsedPrediction => ({ reason, failure: { kind: 'unparsable-prediction', message } });
  const [box, ...others] = tagged(answer, 'box');
  if (box === undefined)
    return refused('the reply has no <box>…</box>: end it with one number in a box, such as <box>0.85</box>');
  if (others.length > 0) return refused(`the reply has ${others.length + 1} boxes: give exactly one`);
  if (!decimal.test(box))
    return refused(`the box holds "${box.slice(0, 40)}": it must hold one number from 0.0 to 1.0 and nothing else`);
  const score = Number(box);
  if (score > 1) return refused(`the box holds ${box}: the number must be from 0.0 to 1.0, not a percentage`);
  return { score, reason };
}
