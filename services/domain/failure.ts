import { ScaleError } from './errors/scale-error.ts';

/**
 * Why something ended without what it was for. Trouble with the infrastructure (an endpoint that is down, a lost connection) is
 * retried for as long as that may help; where it cannot, the kind is one that is never scored: see failure-class.ts.
 */
export const failureKinds = [
  // of a workflow, before anything is spent
  'unparsable-reply', // the optimizer's reply is not in the form that was asked for
  'invalid-workflow', // it breaks a rule of the language
  'duplicate-workflow', // its canonical form was evaluated before
  'repeated-modification', // the same edit of the same parent was tried before
  'similar-workflow', // it is nearly a workflow that was tried before
  // of an execution
  'expression', // a template or a condition could not be evaluated
  'operator-input', // an operator was given a value of the wrong type
  'unparsable-answer', // a model's answer does not have the form that the operator needs
  'cut-off', // the model's answer reached its token limit
  'context-overflow', // the prompt is longer than the model's context or than the endpoint accepts
  'content-filter',
  'refused', // the endpoint refuses this one request but answers others
  'empty-reply', // the model's reply is complete but has no text in it
  'tool-call', // the model called a tool, though none was offered, instead of answering
  'reply-too-large', // the reply is longer than SCALE accepts
  'malformed-reply', // every reply to this one request is broken, while replies to others are whole
  'unavailable', // the endpoint breaks down over this one request, but answers others
  'throttled', // the endpoint has turned this one request away for a long time, but answers others
  'call-limit', // more model calls than the run allows for one query
  'code', // a program that a model wrote failed
  'timeout', // the workflow took longer than the run allows for one query
  'scorer', // the scorer could not judge the answer: a defect of the scorer, or a judge without a verdict
  'no-answer', // the workflow ended without a return
  // of a round
  'token-budget', // the run's remaining tokens are not enough for the rest of the round
  'limit', // a limit of the run, or of its sweep, was reached before the end of the round
  // of a prediction
  'unparsable-prediction',
  // of a job
  'poison', // the job has killed its workers
  'no-result', // not one execution of a workflow has a score
  // of a run
  'internal', // a defect of SCALE itself
] as const;

export type FailureKind = (typeof failureKinds)[number];

/**
 * Kinds that say nothing about a workflow if they are all that was seen: an endpoint that refuses every request is set up wrongly
 * (earlier versions took that for a result), and a job that kills its workers or a defect of SCALE is not an answer.
 */
const kindsOfSurroundings: ReadonlySet<FailureKind> = new Set([
  'refused',
  'poison',
  'internal',
  'unavailable',
  'throttled',
  'no-result',
]);

/** Whether these outcomes, one per execution, teach nothing about a workflow. */
export function isNoResult(executions: readonly { readonly failure?: Failure }[]): boolean {
  return (
    executions.length > 0 && executions.every(({ failure }) => failure !== undefined && kindsOfSurroundings.has(failure.kind))
  );
}

export interface Failure {
  readonly kind: FailureKind;
  /** One sentence that names the place and the rule; the optimizer reads it. */
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
