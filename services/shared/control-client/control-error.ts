import { type ServiceError, status } from '@grpc/grpc-js';

/** Trailing metadata of a status that the coordinator itself sent: the connection to it is whole. */
export const answeredBy = 'scale-answered-by';

/** What a caller can do about it: wait, mend the request, or give up. */
export type ControlErrorKind = 'unreachable' | 'not-found' | 'refused' | 'cancelled' | 'failed';

const kinds = new Map<status, ControlErrorKind>([
  [status.UNAVAILABLE, 'unreachable'],
  [status.DEADLINE_EXCEEDED, 'unreachable'],
  // A stream that a dying server resets ends with one of these two.
  [status.INTERNAL, 'failed'],
  [status.UNKNOWN, 'failed'],
  [status.NOT_FOUND, 'not-found'],
  [status.INVALID_ARGUMENT, 'refused'],
  [status.FAILED_PRECONDITION, 'refused'],
  [status.ALREADY_EXISTS, 'refused'],
  [status.RESOURCE_EXHAUSTED, 'refused'],
  [status.PERMISSION_DENIED, 'refused'],
  [status.UNAUTHENTICATED, 'refused'],
  [status.CANCELLED, 'cancelled'],
]);

/** A call of the ControlService that did not succeed. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly kind: ControlErrorKind;
  /** E.g. "StartRun". */
  readonly call: string;
  readonly address: string;

  constructor(call: string, address: string, kind: ControlErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.call = call;
    this.address = address;
  }
}

/** Turns what grpc-js throws into a ControlError; a lost connection has several names there. */
export function controlErrorFrom(call: string, address: string, error: unknown): ControlError {
  if (error instanceof ControlError) return error;
  if (!isServiceError(error)) return new ControlError(call, address, 'failed', `${call}: ${String(error)}`, { cause: error });
  const kind = isLostConnection(error) ? 'unreachable' : (kinds.get(error.code) ?? 'failed');
  const isAnswer = (error.metadata?.get(answeredBy).length ?? 0) > 0;
  const message =
    kind === 'unreachable' && !isAnswer
      ? `the coordinator at ${address} does not answer (${call}: ${error.details})`
      : error.details;
  return new ControlError(call, address, kind, message, { cause: error });
}

function isLostConnection(error: ServiceError): boolean {
  return error.code === status.INTERNAL && /RST_STREAM|connection|GOAWAY/i.test(error.details);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error;
}
