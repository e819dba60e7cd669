import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { type Failure, FailureError, type FailureKind } from '../../domain/failure.ts';
import type { Usage } from '../../domain/ports.ts';
import type { EndpointSettings } from './endpoint-settings.ts';
import { retryAfterMs } from './retry-after.ts';
import {
  answerIn,
  answerOf,
  fieldsOf,
  isBreakdown,
  isContentFilter,
  isContextOverflow,
  isMissingModel,
  isMissingPath,
  isRefusedKey,
  isRefusedSetting,
  isThrottling,
  type ServerAnswer,
} from './server-answer.ts';

/**
 * Trouble with the infrastructure, never scored:
 * throttled (the endpoint asks for less), unavailable (no connection, or the server is broken), timeout (the attempt took too
 * long), stalled (no first or no next token in time), malformed (the reply is broken or incomplete; no part of it is used),
 * empty (the reply is complete and holds no message at all), credentials (the key is refused or out of quota), misconfigured (no
 * such model or address, or a setting that it refuses), unclear-refusal (it refuses the request in words that no rule knows: the
 * configuration is wrong if it answers no request, and the request is if it answers others with the same settings).
 */
export type EndpointErrorKind =
  | 'throttled'
  | 'unavailable'
  | 'timeout'
  | 'stalled'
  | 'malformed'
  | 'empty'
  | 'credentials'
  | 'misconfigured'
  | 'unclear-refusal';

/** What an attempt has cost whose reply was of no use. */
export interface BilledUsage {
  readonly usage: Usage;
  /** The server gave no usage, so it is guessed from the lengths of the texts. */
  readonly estimated: boolean;
}

export class EndpointError extends Error {
  override readonly name = 'EndpointError';
  readonly kind: EndpointErrorKind;
  readonly endpoint: string;
  readonly status: number | undefined;
  /** How long the endpoint asks to be left alone. */
  readonly retryAfterMs: number | undefined;
  /** A kept connection turned out to be closed before anything was answered: a new one may be tried at once. */
  readonly staleConnection: boolean;
  /** Undefined if nothing was generated, as far as is known. */
  readonly billed: BilledUsage | undefined;
  /**
   * What the request fails with if the trouble turns out to be its own: the endpoint answers others with the same settings.
   * Undefined where that cannot be.
   */
  readonly ofRequest: Failure | undefined;

  constructor(
    kind: EndpointErrorKind,
    endpoint: string,
    message: string,
    options: ErrorOptions & {
      readonly status?: number | undefined;
      readonly retryAfterMs?: number | undefined;
      readonly staleConnection?: boolean;
      readonly billed?: BilledUsage | undefined;
      readonly ofRequest?: Failure | undefined;
    } = {},
  ) {
    super(`${endpoint}: ${message}`, options);
    this.kind = kind;
    this.endpoint = endpoint;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.staleConnection = options.staleConnection ?? false;
    this.billed = options.billed;
    this.ofRequest = options.ofRequest;
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

/** All attempts at a call failed for the infrastructure. The job is to be delivered again later, never scored. */
export class InfrastructureError extends Error {
  override readonly name = 'InfrastructureError';
  readonly model: string;
  readonly attempts: readonly EndpointError[];
  /** Of the last attempt; unavailable if none was made. */
  readonly kind: EndpointErrorKind;
  /** When asking again may make sense. */
  readonly retryAfterMs: number;

  constructor(model: string, reason: string, attempts: readonly EndpointError[], waitMs: number) {
    const last = attempts.at(-1);
    super(`${model} did not answer: ${reason}${last ? `; the last: ${last.message}` : ''}`, { cause: last });
    this.model = model;
    this.attempts = attempts;
    this.kind = last?.kind ?? 'unavailable';
    this.retryAfterMs = waitMs;
  }
}

/** What was received is no reply. */
export class MalformedReplyError extends Error {
  override readonly name = 'MalformedReplyError';
}

/** The server answered with an error, whatever the HTTP status. */
export class ServerRefusal extends Error {
  override readonly name = 'ServerRefusal';
  readonly body: unknown;
  constructor(body: unknown) {
    super('the server answered with an error');
    this.body = body;
  }
}

/** Another attempt, here or elsewhere, may succeed. */
export function isTransient({ kind }: EndpointError): boolean {
  return kind !== 'credentials' && kind !== 'misconfigured' && kind !== 'unclear-refusal';
}

/** The endpoint has more to do than it can: send less. */
export function isOverload({ kind }: EndpointError): boolean {
  return kind === 'throttled' || kind === 'timeout' || kind === 'stalled';
}

/** The endpoint does not work, as against being busy, or having something against this request. */
export function isOutage({ kind }: EndpointError): boolean {
  return kind !== 'throttled' && kind !== 'empty' && kind !== 'unclear-refusal';
}

/** Nothing but a change of the settings, the account or the server helps, whoever asks. */
export function needsPerson({ kind }: EndpointError): boolean {
  return kind === 'credentials' || kind === 'misconfigured';
}

/**
 * The one place that knows how endpoints and the client library say that something went wrong.
 * @returns undefined for an error that no endpoint caused: a defect of ours, to be thrown on
 */
export function fromCallError(
  error: unknown,
  endpoint: EndpointSettings,
  model: string,
): EndpointError | FailureError | undefined {
  if (error instanceof EndpointError || error instanceof FailureError) return error;
  const { baseUrl } = endpoint;
  if (error instanceof MalformedReplyError) return new EndpointError('malformed', baseUrl, error.message, { cause: error });
  if (error instanceof SyntaxError) {
    return new EndpointError('malformed', baseUrl, 'the reply is not JSON', { cause: error });
  }
  if (error instanceof ServerRefusal) return fromAnswer(answerIn(error.body), endpoint, model, error);
  if (error instanceof APIConnectionTimeoutError) {
    return new EndpointError('timeout', baseUrl, 'no connection in time', { cause: error });
  }
  if (error instanceof APIConnectionError || isTransportError(error)) return fromTransportError(error, baseUrl);
  if (error instanceof APIError) return fromAnswer(answerOf(error), endpoint, model, error);
  return undefined;
}

function fromAnswer(answer: ServerAnswer, endpoint: EndpointSettings, model: string, cause: Error): EndpointError | FailureError {
  // These become part of a run's log, so they name no address.
  const failure = (kind: FailureKind, message: string) =>
    new FailureError({ kind, message: `${message}: ${answer.message}` }, { cause });
  if (isContextOverflow(answer)) return failure('context-overflow', 'the prompt does not fit the context of the model');
  if (isContentFilter(answer)) return failure('content-filter', "the endpoint's content filter refuses the prompt");

  const { status } = answer;
  const wait = retryAfterMs(answer.headers, Date.now());
  const trouble = (kind: EndpointErrorKind, message: string) =>
    new EndpointError(kind, endpoint.baseUrl, message, { cause, status, retryAfterMs: wait });
  const said = `HTTP ${status ?? 200}: ${answer.message}`;
  if (isRefusedKey(answer)) return trouble('credentials', `${keyAdvice(endpoint)} (${said})`);
  if (isMissingModel(answer)) return trouble('misconfigured', `it does not serve the model ${model} (${said})`);
  if (isMissingPath(answer))
    return trouble('misconfigured', `no chat API is at this address; base_url often ends in /v1 (${said})`);
  if (isRefusedSetting(answer)) return trouble('misconfigured', `it refuses a setting of the model ${model} (${said})`);
  if (isThrottling(answer, wait)) return trouble('throttled', `it asks for fewer calls (${said})`);
  if (status === 408 || status === 504) return trouble('timeout', `it gave up on the call (${said})`);
  if (isBreakdown(answer)) return trouble('unavailable', said);
  const refusal = `the endpoint refuses the request (HTTP ${status}): ${answer.message}`;
  return new EndpointError('unclear-refusal', endpoint.baseUrl, refusal, {
    cause,
    status,
    ofRequest: { kind: 'refused', message: refusal },
  });
}

function keyAdvice({ apiKey, apiKeyVariable }: EndpointSettings): string {
  if (apiKey === undefined) return 'it wants a key; name the variable that holds it in api_key_variable';
  return `it refuses the key in the variable ${apiKeyVariable}`;
}

/** undici's fetch rejects with a TypeError, and the truth is in its cause. */
function isTransportError(error: unknown): error is TypeError {
  return error instanceof TypeError && (error.message === 'terminated' || error.message === 'fetch failed');
}

function fromTransportError(error: Error, baseUrl: string): EndpointError {
  const origin = innermost(error);
  const code = String(fieldsOf(origin).code ?? '');
  return new EndpointError('unavailable', baseUrl, `the connection failed: ${code ? `${code}, ` : ''}${origin.message}`, {
    cause: error,
    staleConnection:
      error instanceof APIConnectionError && (code === 'ECONNRESET' || code === 'UND_ERR_SOCKET' || code === 'EPIPE'),
  });
}

function innermost(error: Error): Error {
  return error.cause instanceof Error ? innermost(error.cause) : error;
}
