import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { errors } from 'nats';
import { BusError } from '../errors.ts';
import { codes, isPassing, remedyOf } from './jetstream-codes.ts';

export type PermissionViolation = Pick<InstanceType<typeof errors.PermissionViolationError>, 'operation' | 'subject'>;

/** What the server's and the client's errors mean to us. Their codes and texts are known in this file only. */

/** A subject that keeps its first message already has one. The same code also means that a stream or a disk is full. */
export function isSubjectTaken(error: unknown): boolean {
  return hasCode(error, codes.storeFailed) && /per subject/i.test((error as Error).message);
}

/** The last stored message of the subject is a different one. A write in progress does not count: it may be lost again. */
export function isWrongLastSequence(error: unknown): boolean {
  return hasCode(error, codes.wrongLastSequence);
}

/** The stream has no message of that subject or sequence. */
export function isMessageMissing(error: unknown): boolean {
  return hasCode(error, codes.noMessage);
}

export function isStreamMissing(error: unknown): boolean {
  return hasCode(error, codes.streamMissing);
}

/** The stream was made so that nothing of it may be deleted. */
export function isPurgeDenied(error: unknown): boolean {
  return hasCode(error, codes.purgeDenied);
}

/** A stream of that name exists and differs. */
export function isStreamDifferent(error: unknown): boolean {
  return hasCode(error, codes.streamDifferent);
}

export function isConsumerMissing(error: unknown): boolean {
  return hasCode(error, codes.consumerMissing);
}

/** A consumer of that name exists and differs. */
export function isConsumerDifferent(error: unknown): boolean {
  return hasCode(error, codes.consumerDifferent, codes.consumerNameTaken);
}

/** No one listens on the subject: the consumer is gone, or the server has just started. */
export function isNoResponders(error: unknown): boolean {
  if (error instanceof errors.NoRespondersError) return true;
  if (error instanceof errors.RequestError) return error.isNoResponders();
  // JetStream's calls wrap it.
  return error instanceof Error && error.cause instanceof errors.RequestError && error.cause.isNoResponders();
}

/** The violation for which a request was rejected, however deeply it is wrapped. */
export function permissionViolationIn(error: unknown): PermissionViolation | undefined {
  if (error instanceof errors.PermissionViolationError) return error;
  return error instanceof Error && error.cause !== undefined ? permissionViolationIn(error.cause) : undefined;
}

export function explainViolation({ operation, subject }: PermissionViolation): string {
  const verb = operation === 'subscription' ? 'subscribe to' : 'publish to';
  return `the server does not let this user ${verb} "${subject}"; allow it in the user's permissions there`;
}

export function toBusError(operation: string, error: unknown): BusError {
  if (error instanceof BusError) return error;
  const fail = (message: string, retryable: boolean) => new BusError(operation, message, { cause: error, retryable });
  if (error instanceof errors.TimeoutError) return fail('the server did not answer in time', true);
  if (isNoResponders(error))
    return fail('JetStream does not answer; the server may be starting, or runs without JetStream', true);
  if (error instanceof errors.ClosedConnectionError || error instanceof errors.DrainingConnectionError) {
    return fail('the connection to the server is closed', false);
  }
  if (error instanceof errors.AuthorizationError) return fail(`the server does not allow it: ${error.message}`, false);
  const violation = permissionViolationIn(error);
  if (violation) return fail(explainViolation(violation), false);
  if (error instanceof errors.InvalidArgumentError) return fail(error.message, false);
  if (error instanceof JetStreamApiError) return fail(...explainApiError(error));
  if (error instanceof JetStreamError) return fail(error.message, true);
  return fail(error instanceof Error ? error.message : String(error), true);
}

function explainApiError({ code, status, message }: JetStreamApiError): [message: string, retryable: boolean] {
  const remedy = remedyOf(code);
  return [remedy === undefined ? `${message} (${code})` : `${message} (${code}): ${remedy}`, isPassing(code, status)];
}

function hasCode(error: unknown, ...wanted: readonly number[]): boolean {
  return error instanceof JetStreamApiError && wanted.includes(error.code);
}
