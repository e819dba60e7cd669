import { FailureError } from '../../../domain/failure.ts';
import { classOfKind, type FailureClass } from '../../../domain/failure-class.ts';
import type { CodeVerdictKind, FinishReason } from '../../../domain/ports.ts';
import { EndpointError, type EndpointProblem, InfrastructureError } from './endpoint-errors.ts';

/**
 * What is in the way of a call, for as long as it is taken for trouble of the endpoint and the call is made again. One that turns
 * out to be the call's own becomes a failure of a kind (call-error.ts, call-history.ts), which then decides.
 */
export const classOfProblem: Readonly<Record<EndpointProblem, FailureClass>> = {
  throttled: 'throttled',
  unavailable: 'infrastructure',
  timeout: 'timeout',
  stalled: 'timeout',
  malformed: 'infrastructure',
  empty: 'format',
  credentials: 'infrastructure',
  misconfigured: 'infrastructure',
  'unclear-refusal': 'refused',
};

/** What ends a step whose operator needs a whole answer; undefined for a reply that is one. */
export const classOfFinishReason: Readonly<Record<FinishReason, FailureClass | undefined>> = {
  stop: undefined,
  length: classOfKind['cut-off'],
  'content-filter': classOfKind['content-filter'],
  'tool-call': classOfKind['tool-call'],
  other: undefined,
};

/** A program that does not pass is the model's fault, whatever stopped it; a sandbox that cannot run one throws instead. */
export const classOfVerdict: Readonly<Record<CodeVerdictKind, FailureClass | undefined>> = {
  passed: undefined,
  failed: classOfKind.code,
  timeout: classOfKind.code,
  memory: classOfKind.code,
  killed: classOfKind.code,
};

/** Of anything that ends an attempt at a job. Only a failure is about the workflow: every other error is of the surroundings. */
export function failureClassOf(error: unknown): FailureClass {
  if (error instanceof FailureError) return classOfKind[error.failure.kind];
  if (error instanceof EndpointError || error instanceof InfrastructureError) return classOfProblem[error.problem];
  return 'infrastructure';
}
