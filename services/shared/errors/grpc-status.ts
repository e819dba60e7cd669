import { status } from '@grpc/grpc-js';
import type { ErrorKind } from '../../domain/errors/error-kind.ts';
import { kindOf } from '../../domain/errors/scale-error.ts';

const statusOfKind: Readonly<Record<ErrorKind, status>> = {
  'bad-input': status.INVALID_ARGUMENT,
  'not-found': status.NOT_FOUND,
  conflict: status.FAILED_PRECONDITION,
  refused: status.UNAUTHENTICATED,
  unreachable: status.UNAVAILABLE,
  'needs-person': status.FAILED_PRECONDITION,
  unsuccessful: status.FAILED_PRECONDITION,
  failed: status.INTERNAL,
  damaged: status.DATA_LOSS,
  defect: status.INTERNAL,
  interrupted: status.CANCELLED,
  terminated: status.CANCELLED,
};

/** A kind that is not in here means a failure, as far as a caller can tell: the other side's log says whose fault it was. */
const kindOfStatus: ReadonlyMap<status, ErrorKind> = new Map([
  [status.INVALID_ARGUMENT, 'bad-input'],
  [status.NOT_FOUND, 'not-found'],
  [status.FAILED_PRECONDITION, 'conflict'],
  [status.ALREADY_EXISTS, 'conflict'],
  [status.PERMISSION_DENIED, 'refused'],
  [status.UNAUTHENTICATED, 'refused'],
  [status.RESOURCE_EXHAUSTED, 'refused'],
  [status.UNAVAILABLE, 'unreachable'],
  [status.DEADLINE_EXCEEDED, 'unreachable'],
  [status.DATA_LOSS, 'damaged'],
  [status.CANCELLED, 'interrupted'],
]);

/** The status that a call ends with. */
export function grpcStatusOf(error: unknown): status {
  return statusOfKind[kindOf(error)];
}

/** What a status means to the caller. */
export function kindOfGrpcStatus(code: status): ErrorKind {
  return kindOfStatus.get(code) ?? 'failed';
}
