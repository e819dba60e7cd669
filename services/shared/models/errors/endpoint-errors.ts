import type { ErrorKind } from '../../../domain/errors/error-kind.ts';
import { ScaleError } from '../../../domain/errors/scale-error.ts';
import { type Failure, FailureError } from '../../../domain/failure.ts';
import type { Usage } from '../../../domain/ports.ts';
import type { ServerAnswer } from './server-answer.ts';

/**
 * Trouble with the infrastructure, never scored:
 * throttled (the endpoint asks for less), unavailable (no connection, or the server is broken), timeout (the attempt took too
 * long), stalled (no first or no next token in time), malformed (the reply is broken or incomplete; no part of it is used),
 * empty (the reply is complete and holds no message at all), credentials (the key is refused or out of quota), misconfigured (no
 * such model or address, or a setting that it refuses), unclear-refusal (it refuses the request in words that no rule knows: the
 * configuration is wrong if it answers no request, and the request is if it answers others with the same settings).
 */
export const endpointProblems = [
  'throttled',
  'unavailable',
  'timeout',
  'stalled',
  'malformed',
  'empty',
  'credentials',
  'misconfigured',
  'unclear-refusal',
] as const;

export type EndpointProblem = (typeof endpointProblems)[number];

/** What an attempt with a useless reply has cost. */
export interface BilledUsage {
  readonly usage: Usage;
  /** The server gave no usage, so it is estimated from the lengths of the texts. */
  readonly estimated: boolean;
}

export class EndpointError extends ScaleError {
  readonly kind: ErrorKind;
  readonly problem: EndpointProblem;
  readonly endpoint: string;
  readonly status: number | undefined;
  /** How long the endpoint asks callers to wait. */
  readonly retryAfterMs: number | undefined;
  /** What the server said, at greater length than in the message; "" for nothing. */
  readonly said: string;
  /** Undefined if, as far as is known, nothing was generated. */
  readonly billed: BilledUsage | undefined;
  /**
   * What the request fails with if the trouble turns out to be its own: the endpoint answers others with the same settings.
   * Undefined where that cannot be.
   */
  readonly ofRequest: Failure | undefined;
  /**
   * Where the connection failed: `never` if the call surely did not reach the server, `stale` if a kept connection was closed as
   * it came. Undefined where neither is known.
   */
  readonly sent: 'never' | 'stale' | undefined;
  /** The server is asked otherwise from now on: the same call is worth making again at once. */
  readonly isLearnt: boolean;
  /** It concerns the server's batch API: a look, whose calls are made at once, says nothing about it. */
  readonly ofBatch: boolean;

  constructor(
    problem: EndpointProblem,
    endpoint: string,
    message: string,
    options: ErrorOptions & {
      readonly status?: number | undefined;
      readonly retryAfterMs?: number | undefined;
      readonly said?: string;
      readonly billed?: BilledUsage | undefined;
      readonly ofRequest?: Failure | undefined;
      readonly sent?: 'never' | 'stale' | undefined;
      readonly isLearnt?: boolean;
      readonly ofBatch?: boolean;
    } = {},
  ) {
    super(`${endpoint}: ${message}`, options);
    this.kind = kindOfProblem(problem);
    this.problem = problem;
    this.endpoint = endpoint;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.said = options.said ?? '';
    this.billed = options.billed;
    this.ofRequest = options.ofRequest;
    this.sent = options.sent;
    this.isLearnt = options.isLearnt ?? false;
    this.ofBatch = options.ofBatch ?? false;
  }
}

/** A failure of one request, with what all attempts at it have cost. */
export class RequestFailure extends FailureError {
  readonly billed: readonly BilledUsage[];
  constructor(failure: Failure, billed: readonly BilledUsage[], options?: ErrorOptions) {
    super(failure, options);
    this.billed = billed;
  }
}

/** All attempts at a call failed because of the infrastructure. The job must be delivered again later, never scored. */
export class InfrastructureError extends ScaleError {
  readonly kind: ErrorKind;
  readonly model: string;
  readonly attempts: readonly EndpointError[];
  /** From the last attempt, or from what kept it from being made; unavailable if neither is known. */
  readonly problem: EndpointProblem;
  /** When it may make sense to ask again. */
  readonly retryAfterMs: number;
  /**
   * What only a person can fix, in a sentence, after a second look: every endpoint of the model refuses calls with these
   * settings. Undefined where asking again may help.
   */
  readonly forPerson: string | undefined;

  /** @param trouble what kept the call from being made; default: the last attempt's error */
  constructor(
    model: string,
    reason: string,
    attempts: readonly EndpointError[],
    {
      waitMs,
      trouble = attempts.at(-1),
      forPerson,
    }: { readonly waitMs: number; readonly trouble?: EndpointError | undefined; readonly forPerson?: string },
  ) {
    super(forPerson ?? `${model} did not answer: ${reason}${trouble ? `; the last: ${trouble.message}` : ''}`, {
      cause: trouble,
    });
    this.model = model;
    this.attempts = attempts;
    this.kind = forPerson === undefined ? 'unreachable' : 'needs-person';
    this.problem = trouble?.problem ?? 'unavailable';
    this.retryAfterMs = waitMs;
    this.forPerson = forPerson;
  }
}

/** What was received is not a reply. */
export class MalformedReplyError extends ScaleError {
  readonly kind = 'failed';
}

/** Several replies were asked for, and the server does not say which piece belongs to which. */
export class MixedRepliesError extends MalformedReplyError {}

/** What was received is a complete reply without a message. */
export class EmptyReplyError extends ScaleError {
  readonly kind = 'failed';
}

/** The reply is longer than is accepted. */
export class LargeReplyError extends ScaleError {
  readonly kind = 'failed';
}

/** A complete document came that is no reply of a chat API, nor an error. */
export class ForeignReplyError extends ScaleError {
  readonly kind = 'failed';
}

/** A page for people came instead of an answer. */
export class WebPageError extends ScaleError {
  readonly kind = 'failed';
}

/** The server answered with an error: in a body with the status 200, or with a status of its own. */
export class ServerRefusal extends ScaleError {
  readonly kind = 'refused';
  readonly answer: ServerAnswer;
  constructor(answer: ServerAnswer) {
    super('the server answered with an error');
    this.answer = answer;
  }
}

/** A batch, its file or a look at it was refused: none of its calls is at fault. */
export class BatchRefusal extends ServerRefusal {}

/** Another attempt, here or elsewhere, may succeed. */
export function isTransient({ problem }: EndpointError): boolean {
  return problem !== 'credentials' && problem !== 'misconfigured' && problem !== 'unclear-refusal';
}

/** The endpoint has more to do than it can handle: send less. */
export function isOverload({ problem }: EndpointError): boolean {
  return problem === 'throttled' || problem === 'timeout' || problem === 'stalled';
}

/** The endpoint does not work, as opposed to being busy or objecting to this request. */
export function isOutage({ problem }: EndpointError): boolean {
  return problem !== 'throttled' && problem !== 'empty' && problem !== 'unclear-refusal';
}

/** Nothing was there: no server was reached, or one before it, or one that still loads its model, says that there is none. */
export function isFromNobody({ status }: EndpointError): boolean {
  return status === undefined || status >= 502;
}

/** Only a change to the settings, the account or the server helps, for any caller. */
export function needsPerson({ problem }: EndpointError): boolean {
  return problem === 'credentials' || problem === 'misconfigured';
}

function kindOfProblem(problem: EndpointProblem): ErrorKind {
  return problem === 'credentials' || problem === 'misconfigured' || problem === 'unclear-refusal'
    ? 'needs-person'
    : 'unreachable';
}
