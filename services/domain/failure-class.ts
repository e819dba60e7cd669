import type { Failure, FailureKind } from './failure.ts';

/**
 * What an execution's end says about the workflow. `infrastructure` and `throttled` say nothing about it, so such an execution
 * has no score; the others score what the answer deserves, which is 0 without one.
 */
export const failureClasses = [
  'infrastructure',
  'throttled',
  'timeout',
  'format',
  'code',
  'wrong-answer',
  'too-long',
  'refused',
] as const;

export type FailureClass = (typeof failureClasses)[number];

/** A kind is in one class, and a new kind does not compile without one. */
export const classOfKind: Readonly<Record<FailureKind, FailureClass>> = {
  'unparsable-reply': 'format',
  'invalid-workflow': 'format',
  'duplicate-workflow': 'refused',
  'repeated-modification': 'refused',
  'similar-workflow': 'refused',
  expression: 'code',
  'operator-input': 'code',
  'unparsable-answer': 'format',
  'cut-off': 'too-long',
  'context-overflow': 'too-long',
  'content-filter': 'refused',
  refused: 'refused',
  'empty-reply': 'format',
  'tool-call': 'format',
  'reply-too-large': 'too-long',
  'malformed-reply': 'format',
  unavailable: 'infrastructure',
  throttled: 'throttled',
  'call-limit': 'too-long',
  code: 'code',
  timeout: 'timeout',
  scorer: 'code',
  'no-answer': 'code',
  'token-budget': 'too-long',
  limit: 'too-long',
  'unparsable-prediction': 'format',
  poison: 'infrastructure',
  'no-result': 'infrastructure',
  internal: 'infrastructure',
};

const unscored: ReadonlySet<FailureClass> = new Set(['infrastructure', 'throttled']);

interface Ended {
  readonly score: number;
  readonly failure?: Failure;
}

/** Undefined for an answer that is right, or right in part. */
export function classOfOutcome({ score, failure }: Ended): FailureClass | undefined {
  if (failure !== undefined) return classOfKind[failure.kind];
  return score > 0 ? undefined : 'wrong-answer';
}

/** Whether the execution counts: it ended with an answer, or for a reason of the workflow or the model. */
export function isScored({ failure }: Pick<Ended, 'failure'>): boolean {
  return failure === undefined || !unscored.has(classOfKind[failure.kind]);
}

/** Those that count. */
export function* scored<Outcome extends Pick<Ended, 'failure'>>(outcomes: Iterable<Outcome>): Generator<Outcome> {
  for (const outcome of outcomes) if (isScored(outcome)) yield outcome;
}
