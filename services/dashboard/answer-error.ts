import type { ErrorKind } from '../domain/errors/error-kind.ts';
import { ScaleError } from '../domain/errors/scale-error.ts';

/** A request that is answered with a sentence instead of what was asked for. */
export class AnswerError extends ScaleError {
  readonly kind: ErrorKind;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    kind: ErrorKind,
    status: number,
    message: string,
    options: ErrorOptions & { readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message, options);
    this.kind = kind;
    this.status = status;
    this.headers = options.headers ?? {};
  }
}

export function notFound(message: string): AnswerError {
  return new AnswerError('not-found', 404, message);
}

const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  'bad-input': 400,
  'not-found': 404,
  conflict: 409,
  refused: 403,
  unreachable: 503,
  'needs-person': 409,
  unsuccessful: 409,
  failed: 502,
  damaged: 502,
  defect: 500,
  interrupted: 503,
  terminated: 503,
};

/** Undefined for a defect, of which a stranger need not know more than that there is one. */
export function answerErrorFrom(error: unknown): AnswerError | undefined {
  if (error instanceof AnswerError) return error;
  if (!(error instanceof ScaleError) || error.kind === 'defect') return undefined;
  const headers: Record<string, string> = error.kind === 'unreachable' ? { 'retry-after': '2' } : {};
  return new AnswerError(error.kind, statusOfKind[error.kind], error.message, { cause: error, headers });
}
