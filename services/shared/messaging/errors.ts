import type { ErrorKind } from '../../domain/errors/error-kind.ts';
import { ScaleError } from '../../domain/errors/scale-error.ts';

/** The bus did not do what was asked: it is unreachable, slow or full, or refuses. Retrying may help if `retryable`. */
export class BusError extends ScaleError {
  readonly kind: ErrorKind;
  /** What was asked, e.g. "publish jobs.v1.execute.r1.j1". */
  readonly operation: string;
  /** What was wrong, without the operation. */
  readonly problem: string;
  readonly retryable: boolean;

  constructor(operation: string, problem: string, options: ErrorOptions & { readonly retryable?: boolean } = {}) {
    super(`${operation}: ${problem}`, options);
    this.kind = options.retryable === false ? 'failed' : 'unreachable';
    this.operation = operation;
    this.problem = problem;
    this.retryable = options.retryable ?? true;
  }
}

/** Another writer appended to the log first, which means that this one no longer leads the run. */
export class LogConflictError extends BusError {
  override readonly kind: ErrorKind = 'conflict';

  constructor(operation: string, options: ErrorOptions & { readonly problem?: string } = {}) {
    const { problem = 'another coordinator has written to the log; this one must stop' } = options;
    super(operation, problem, { ...options, retryable: false });
  }
}

/**
 * Entries that were in the log are gone: the store was recreated, or has lost them. Reading it from the start shows what is left.
 */
export class LogLostError extends LogConflictError {
  override readonly kind = 'damaged';

  constructor(operation: string, options: ErrorOptions = {}) {
    super(operation, {
      ...options,
      problem: 'entries that were there are gone: the store was recreated, or has lost them',
    });
  }
}

export class BlobMissingError extends BusError {
  override readonly kind = 'damaged';

  constructor(blob: string, options: ErrorOptions = {}) {
    super(`get blob ${blob}`, 'it is not in the object store', { ...options, retryable: false });
  }
}

/** The server cannot serve as a bus: it is too old, or runs without JetStream. */
export class UnsupportedServerError extends BusError {
  override readonly kind = 'unreachable';

  constructor(operation: string, message: string) {
    super(operation, message, { retryable: false });
  }
}

/** An id that cannot be part of a subject, or a setting out of range: a defect of the caller. */
export class InvalidRequestError extends BusError {
  override readonly kind = 'defect';

  constructor(operation: string, message: string) {
    super(operation, message, { retryable: false });
  }
}

/** A file of credentials or certificates that cannot be used: which, and what is wrong with it. */
export class NatsFileError extends BusError {
  override readonly kind = 'bad-input';
  readonly file: string;

  /** @param problem to follow the file's name: "does not exist" */
  constructor(variable: string, file: string, problem: string, options: ErrorOptions = {}) {
    super(`read ${variable}`, `${file} ${problem}`, { ...options, retryable: false });
    this.file = file;
  }
}

/** NATS does not let this service in, or not do what it must, for a reason that only people can put right. */
export class AccessRefusedError extends BusError {
  override readonly kind = 'refused';

  constructor(operation: string, problem: string, options: ErrorOptions = {}) {
    super(operation, problem, { ...options, retryable: false });
  }
}

/** The service is let in, and not allowed all that it must do: the message names what. It may be granted at any time. */
export class PermissionsMissingError extends AccessRefusedError {}

/** Nobody listens to the topic of a talk: no such service runs, or it has no room for any. */
export class NobodyListensError extends BusError {
  constructor(topic: string) {
    super(`begin a talk about ${topic}`, 'nobody listens');
  }
}

/** The other side of a talk is gone, or something of it was lost on the way. */
export class TalkLostError extends BusError {
  constructor(problem: string) {
    super('talk', problem);
  }
}
