import { JetStreamApiError, JetStreamError } from '@nats-io/jetstream';
import { errors } from 'nats';
import { BusError } from './errors.ts';

/** What the server's and the client's errors mean to us. Codes and texts of theirs are known in this file only. */

const codes = {
  consumerMissing: 10014,
  wrongLastSequence: 10071,
  wrongLastSequenceUnknown: 10164,
  storeFailed: 10077,
  streamDifferent: 10058,
  consumerDifferent: 10148,
  consumerNameTaken: 10013,
  streamMissing: 10059,
  storageShort: 10047,
} as const;

/** A subject that keeps its first message has one. The same code also means that a stream or a disk is full. */
export function isSubjectTaken(error: unknown): boolean {
  return hasCode(error, codes.storeFailed) && /per subject/i.test((error as Error).message);
}

export function isWrongLastSequence(error: unknown): boolean {
  return hasCode(error, codes.wrongLastSequence, codes.wrongLastSequenceUnknown);
}

export function isStreamMissing(error: unknown): boolean {
  return hasCode(error, codes.streamMissing);
}

/** A stream of that name is there and differs. */
export function isStreamDifferent(error: unknown): boolean {
  return hasCode(error, codes.streamDifferent);
}

export function isConsumerMissing(error: unknown): boolean {
  return hasCode(error, codes.consumerMissing);
}

/** A consumer of that name is there and differs. */
export function isConsumerDifferent(error: unknown): boolean {
  return hasCode(error, codes.consumerDifferent, codes.consumerNameTaken);
}

/** Nobody listens on the subject: a consumer that is gone, or a server that has just started. */
export function isNoResponders(error: unknown): boolean {
  if (error instanceof errors.NoRespondersError) return true;
  if (error instanceof errors.RequestError) return error.isNoResponders();
  // JetStream's calls wrap it.
  return error instanceof Error && error.cause instanceof errors.RequestError && error.cause.isNoResponders();
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
  if (error instanceof errors.AuthorizationError || error instanceof errors.PermissionViolationError) {
    return fail(`the server does not allow it: ${error.message}`, false);
  }
  if (error instanceof errors.InvalidArgumentError) return fail(error.message, false);
  if (error instanceof JetStreamApiError) return fail(...explainApiError(error));
  if (error instanceof JetStreamError) return fail(error.message, true);
  return fail(error instanceof Error ? error.message : String(error), true);
}

function explainApiError(error: JetStreamApiError): [message: string, retryable: boolean] {
  switch (error.code) {
    case codes.storeFailed:
      return [`the stream cannot take more (${error.message}); raise its max_bytes or free space on the server's disk`, true];
    case codes.storageShort:
      return [
        "the server's max_file_store is smaller than the limits of all streams together; raise it, or lower storageBytes",
        false,
      ];
    case codes.streamMissing:
      return ['the stream is not on the server; a service that starts makes it again', true];
    default:
      // 503: no leader, no peers, not ready. Others are refusals that will not change.
      return [`${error.message} (${error.code})`, error.status === 503];
  }
}

function hasCode(error: unknown, ...wanted: readonly number[]): boolean {
  return error instanceof JetStreamApiError && wanted.includes(error.code);
}
