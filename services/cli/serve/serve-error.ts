import type { ErrorKind } from '../../domain/errors/error-kind.ts';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import type { Usage } from '../../domain/ports.ts';

/** What a client is told instead of an answer, in the form of OpenAI's errors. */
export class ServeError extends ScaleError {
  readonly kind: ErrorKind;
  /** Of HTTP. */
  readonly status: number;
  readonly type: string;
  readonly code: string;
  /** The field of the request, if it is one's fault. */
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** What the inner calls have used until then. */
  readonly usage: Usage | undefined;

  constructor(
    status: number,
    code: string,
    message: string,
    {
      param = null,
      headers = {},
      usage,
      cause,
    }: {
      readonly param?: string | null;
      readonly headers?: Readonly<Record<string, string>>;
      readonly usage?: Usage | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause });
    this.kind = status < 500 ? 'bad-input' : 'unreachable';
    this.status = status;
    this.type = typeOf(status);
    this.code = code;
    this.param = param;
    this.headers = headers;
    this.usage = usage;
  }
}

function typeOf(status: number): string {
  if (status === 401 || status === 403) return 'authentication_error';
  if (status === 422) return 'workflow_failure';
  if (status === 429) return 'rate_limit_error';
  if (status === 504) return 'timeout_error';
  return status < 500 ? 'invalid_request_error' : 'api_error';
}

export function badRequest(message: string, param: string | null = null, code = 'invalid_request'): ServeError {
  return new ServeError(400, code, message, { param });
}

export function modelNotFound(asked: string, served: string): ServeError {
  const message = `the model "${asked}" is not served here: ask for "${served}"`;
  return new ServeError(404, 'model_not_found', message, { param: 'model' });
}

/** OpenAI's clients, which ask again after a 5xx by themselves, do not: they would pay for the whole workflow each time. */
export const notAgain = { 'x-should-retry': 'false' };

/** A wait that is longer is taken for none by OpenAI's client for JavaScript, which asks again within a second. */
const longestHeededSeconds = 60;

/** What tells a client when to ask again. @param waitMs 0 for nothing known of it */
export function askAgainAfter(waitMs: number): Readonly<Record<string, string>> {
  const seconds = Math.ceil(waitMs / 1000);
  if (seconds <= 0) return {};
  return { 'retry-after': String(seconds), ...(seconds > longestHeededSeconds ? notAgain : {}) };
}

/** Why a workflow was stopped that nobody waits for any more. */
export const gone = new ServeError(499, 'client_gone', 'the client has hung up');
