import { ScaleError } from '../../../domain/errors/scale-error.ts';

/** No answer came, or it broke off: the connection failed. */
export class ConnectionError extends ScaleError {
  readonly kind = 'unreachable';
}

/**
 * A kept connection was closed as the call came, which servers do with one that was idle for long, or an HTTP/2 connection was
 * ended in good order: it says nothing about the server. Most likely it has not begun with the call, but it may have.
 */
export class StaleConnectionError extends ConnectionError {}

/** Whether a call failed because of that. */
export function wasStale(error: unknown): boolean {
  return error instanceof StaleConnectionError || (error instanceof Error && error.cause !== undefined && wasStale(error.cause));
}
