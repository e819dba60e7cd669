import { type ServiceError, status } from '@grpc/grpc-js';
import type { ErrorKind } from '../../domain/errors/error-kind.ts';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { kindOfGrpcStatus } from '../errors/grpc-status.ts';

/** Trailing metadata of a status that the coordinator itself sent: the connection to it is intact. */
export const answeredBy = 'scale-answered-by';

/** A call of the ControlService that did not succeed. */
export class ControlError extends ScaleError {
  readonly kind: ErrorKind;
  /** E.g. "StartRun". */
  readonly call: string;
  readonly address: string;

  constructor(call: string, address: string, kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
    this.call = call;
    this.address = address;
  }
}

/** Asking again, here or elsewhere, gets the same answer. */
export function isLasting({ kind }: ControlError): boolean {
  return kind === 'bad-input' || kind === 'not-found' || kind === 'conflict' || kind === 'refused';
}

/** Turns what grpc-js throws into a ControlError; a lost connection has several names there. */
export function controlErrorFrom(call: string, address: string, error: unknown): ControlError {
  if (error instanceof ControlError) return error;
  if (!isServiceError(error)) return new ControlError(call, address, 'failed', `${call}: ${String(error)}`, { cause: error });
  const kind = isLostConnection(error) ? 'unreachable' : kindOfGrpcStatus(error.code);
  const isAnswer = (error.metadata?.get(answeredBy).length ?? 0) > 0;
  const message =
    kind === 'unreachable' && !isAnswer
      ? `the coordinator at ${address} does not answer (${call}: ${error.details})`
      : error.details;
  return new ControlError(call, address, kind, message, { cause: error });
}

/** A call that its caller gave up, and why: by Ctrl-C, by SIGTERM. */
export function givenUp(call: string, address: string, { reason }: AbortSignal): ControlError {
  const kind = reason instanceof ScaleError ? reason.kind : 'interrupted';
  const why = reason instanceof Error ? reason.message : String(reason);
  return new ControlError(call, address, kind, `${call} was given up: ${why}`, { cause: reason });
}

/** A stream that a dying server resets ends with the status INTERNAL or UNKNOWN. */
function isLostConnection(error: ServiceError): boolean {
  return error.code === status.INTERNAL && /RST_STREAM|connection|GOAWAY/i.test(error.details);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error;
}
