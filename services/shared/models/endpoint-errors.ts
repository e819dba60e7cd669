import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { FailureError, type FailureKind } from '../../domain/failure.ts';
import type { EndpointSettings } from './endpoint-settings.ts';
import { retryAfterMs } from './retry-after.ts';

/**
 * Trouble with the infrastructure, never scored:
 * throttled (the endpoint asks for less), unavailable (no connection, or the server is broken), timeout (the attempt took too
 * long), stalled (no first or no next token in time), malformed (the reply is broken or incomplete; no part of it is used),
 * credentials (the key is refused or out of quota), misconfigured (no such model or address, or a setting that it refuses).
 */
export type EndpointErrorKind =
  | 'throttled'
  | 'unavailable'
  | 'timeout'
  | 'stalled'
  | 'malformed'
  | 'credentials'
  | 'misconfigured';

export class EndpointError extends Error {
  override readonly name = 'EndpointError';
  readonly kind: EndpointErrorKind;
  readonly endpoint: string;
  readonly status: number | undefined;
  /** How long the endpoint asks to be left alone. */
  readonly retryAfterMs: number | undefined;
  /** A kept connection turned out to be closed before anything was answered: a new one may be tried at once. */
  readonly staleConnection: boolean;

  constructor(
    kind: EndpointErrorKind,
    endpoint: string,
    message: string,
    options: ErrorOptions & {
      readonly status?: number | undefined;
      readonly retryAfterMs?: number | undefined;
      readonly staleConnection?: boolean;
    } = {},
  ) {
    super(`${endpoint}: ${message}`, options);
    this.kind = kind;
    this.endpoint = endpoint;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.staleConnection = options.staleConnection ?? false;
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
  return kind !== 'credentials' && kind !== 'misconfigured';
}

/** The endpoint has more to do than it can: send less. */
export function isOverload({ kind }: EndpointError): boolean {
  return kind === 'throttled' || kind === 'timeout' || kind === 'stalled';
}

/** The endpoint does not work, as against being busy. */
export function isOutage({ kind }: EndpointError): boolean {
  return kind !== 'throttled';
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

/** An error that a server put into words. */
interface ServerAnswer {
  readonly status: number | undefined;
  readonly code: string;
  readonly param: string;
  readonly message: string;
  readonly headers: Headers | undefined;
}

function answerOf(error: APIError): ServerAnswer {
  const body = answerIn(error.error);
  return {
    ...body,
    status: error.status ?? body.status,
    message: body.message || error.message,
    headers: error.headers,
  };
}

/** The error in a body: OpenAI's {error: {...}}, vLLM's older {object: "error", ...}, FastAPI's {detail}, or just text. */
function answerIn(body: unknown): ServerAnswer {
  const outer = fieldsOf(body);
  const inner = typeof outer.error === 'object' ? fieldsOf(outer.error) : outer;
  const code = inner.code ?? inner.type ?? '';
  const status = Number(inner.code);
  const message = inner.message ?? outer.error ?? inner.detail ?? (typeof body === 'string' ? body : '');
  return {
    status: Number.isInteger(status) && status >= 400 && status < 600 ? status : undefined,
    code: `${code} ${inner.type ?? ''} ${fieldsOf(inner.innererror).code ?? ''}`,
    param: String(inner.param ?? ''),
    message: shortened(typeof message === 'string' ? message : JSON.stringify(message)),
    headers: undefined,
  };
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
  if (isMissingPath(status))
    return trouble('misconfigured', `there is no chat API at this address; base_url often ends in /v1 (${said})`);
  if (isRefusedSetting(answer)) return trouble('misconfigured', `it refuses a setting of the model ${model} (${said})`);
  if (status === 429 || ((status === 503 || status === 529) && wait !== undefined))
    return trouble('throttled', `asks for fewer calls (${said})`);
  if (status === 408 || status === 504) return trouble('timeout', `gave up on the call (${said})`);
  if (status === undefined || status >= 500 || status === 409 || status === 425) return trouble('unavailable', said);
  return failure('refused', `the endpoint refuses the request (HTTP ${status})`);
}

function isContextOverflow({ status, code, message }: ServerAnswer): boolean {
  if (status !== undefined && status >= 500) return false;
  if (/context_length_exceeded|exceed_context_size/.test(code)) return true;
  return /context (length|size|window)|maximum (model|sequence) length|max_model_len|too long for the model|max_new_tokens`? must be/i.test(
    message,
  );
}

function isContentFilter({ code }: ServerAnswer): boolean {
  return /content_filter|content_policy|ResponsibleAIPolicy/i.test(code);
}

function isRefusedKey({ status, code }: ServerAnswer): boolean {
  return status === 401 || status === 402 || status === 403 || /insufficient_quota|invalid_api_key/.test(code);
}

function isMissingModel({ status, code, message }: ServerAnswer): boolean {
  return /model_not_found/.test(code) || (status === 404 && /model/i.test(message));
}

function isMissingPath(status: number | undefined): boolean {
  return status === 404 || status === 405 || status === 410;
}

const settingNames = /\b(chat_template_kwargs|temperature|top_p|seed|max_tokens|max_completion_tokens|stream_options)\b/;

function isRefusedSetting({ status, param, message }: ServerAnswer): boolean {
  if (status !== 400 && status !== 422) return false;
  return (
    settingNames.test(param) ||
    (settingNames.test(message) && /un(supported|known|recognized)|not (supported|permitted)/i.test(message))
  );
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

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
