import { ScaleError } from './errors/scale-error.ts';

/**
 * Why something that belongs to the method went wrong: the workflow, the model's reply, the scorer. Trouble with the
 * infrastructure (an endpoint that is down, a lost connection) is never one of these: it is retried, and never scored.
 */
export const failureKinds = [
  // of a workflow, before anything is spent
  'unparsable-reply', // the optimizer's reply is not in the form that was asked for
  'invalid-workflow', // it breaks a rule of the language
  'duplicate-workflow', // its canonical form was evaluated before
  'repeated-modification', // the same edit of the same parent was tried before
  // of an execution
  'expression', // a template or a condition could not be evaluated
  'operator-input', // an operator was given a value of the wrong type
  'unparsable-answer', // a model's answer has no such form as the operator needs
  'cut-off', // the model's answer reached its token limit
  'context-overflow', // the prompt is longer than the model's context, or than the endpoint takes
  'content-filter',
  'refused', // the endpoint refuses this one request, while it answers others
  'empty-reply', // the model's reply is complete, and there is no text in it
  'tool-call', // the model called a tool, though none was offered, instead of answering
  'reply-too-large', // the reply is longer than SCALE takes in
  'malformed-reply', // each reply to this one request is broken, while others are whole
  'call-limit', // more model calls than the run allows for one query
  'code', // a program that a model wrote failed
  'timeout', // the workflow took longer than the run allows for one query
  'scorer', // the scorer could not judge the answer: a defect of the scorer, or a judge without a verdict
  'no-answer', // the workflow ended without a return
  // of a round
  'token-budget', // what is left of the run's tokens does not reach for the rest of it
  // of a prediction
  'unparsable-prediction',
  // of a job
  'poison', // the job has killed its workers
  // of a run
  'internal', // a defect of SCALE itself
] as const;

export type FailureKind = (typeof failureKinds)[number];

/**
 * Kinds that say nothing about a workflow where nothing else is to be seen: an endpoint that refuses every request is set up wrongly,
 * whatever versions before took it for, and a job that kills its workers or a defect of SCALE is no answer.
 */
const kindsOfSurroundings: ReadonlySet<FailureKind> = new Set(['refused', 'poison', 'internal']);

/** Whether failures and answers, one an execution, hold nothing that was learned of a workflow. */
export function isNoResult(executions: readonly { readonly failure?: Failure }[]): boolean {
  return (
    executions.length > 0 && executions.every(({ failure }) => failure !== undefined && kindsOfSurroundings.has(failure.kind))
  );
}

export interface Failure {
  readonly kind: FailureKind;
  /** One sentence that names the place and the rule; the optimizer model reads it. */
  readonly message: string;
  /** The step where it happened, if any. */
  readonly step?: string;
}

/** Thrown inside the domain to end an execution with a failure; the interpreter turns it into the outcome. */
export class FailureError extends ScaleError {
  readonly kind = 'failed';
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}
