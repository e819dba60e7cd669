import { status } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { type ErrorKind, errorKinds } from '../../../../services/domain/errors/error-kind.ts';
import { ScaleError } from '../../../../services/domain/errors/scale-error.ts';
import { exitCodeOf } from '../../../../services/shared/errors/exit-codes.ts';
import { grpcStatusOf, kindOfGrpcStatus } from '../../../../services/shared/errors/grpc-status.ts';

class MadeUpError extends ScaleError {
  readonly kind: ErrorKind;
  constructor(kind: ErrorKind) {
    super('made up');
    this.kind = kind;
  }
}

/** What comes through a status as something else: it says no more than the status does. */
const coarser: Partial<Record<ErrorKind, ErrorKind>> = {
  'needs-person': 'conflict',
  unsuccessful: 'conflict',
  defect: 'failed',
  terminated: 'interrupted',
};

test.each(errorKinds)('%s is restored from the status that it was sent as', (kind) => {
  expect(kindOfGrpcStatus(grpcStatusOf(new MadeUpError(kind)))).toBe(coarser[kind] ?? kind);
});

test('what no class foresaw is a defect, and is told as one', () => {
  expect(grpcStatusOf(new TypeError('x is not a function'))).toBe(status.INTERNAL);
  expect(exitCodeOf(new TypeError('x is not a function'))).toBe(1);
  expect(exitCodeOf('a text')).toBe(1);
});

test.each([
  [status.UNKNOWN, 'failed'],
  [status.UNIMPLEMENTED, 'failed'],
  [status.DEADLINE_EXCEEDED, 'unreachable'],
  [status.RESOURCE_EXHAUSTED, 'refused'],
] as const)('status %i, which the coordinator does not send, is %s', (code, kind) => {
  expect(kindOfGrpcStatus(code)).toBe(kind);
});

test('each kind has its exit status', () => {
  const codes = Object.fromEntries(errorKinds.map((kind) => [kind, exitCodeOf(new MadeUpError(kind))]));
  expect(codes).toEqual({
    ...{ 'bad-input': 2, 'not-found': 2, conflict: 2, refused: 2, unreachable: 3, 'needs-person': 5, unsuccessful: 4 },
    ...{ failed: 1, damaged: 1, defect: 1, interrupted: 130, terminated: 143 },
  });
});
