import { type ServiceError, status } from '@grpc/grpc-js';
import type { ErrorKind } from '../../domain/errors/error-kind.ts';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { kindOfGrpcStatus } from '../errors/grpc-status.ts';

/** Trailing metadata of a status that the coordinator itself sent: the connection to it is intact. */
export const answeredBy = 'scale-answered-by';

/** Trailing metadata of a call that came too soon after others: when to try it again, in milliseconds. */
export const retryAfter = 'scale-retry-after-ms';

/** Undefined for an error after which there is no point in trying again. */
export function retryAfterMs(error: unknown): number | undefined {
  const [given] = isServiceError(error) ? (error.metadata?.get(retryAfter) ?? []) : [];
  return given === undefined ? undefined : Math.max(0, Number(given) || 0);
}

/**
 * A call of the ControlService that did not succeed. Its message is for people, to whom the names of calls mean nothing: for logs
 * there is `call`.
 */
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

/**
 * Turns what grpc-js throws into a ControlError; a lost connection has several names there. What the caller itself gave up is
 * told by `givenUp`.
 */
export function controlErrorFrom(call: string, address: string, error: unknown): ControlError {
  if (error instanceof ControlError) return error;
  if (!isServiceError(error))
    return new ControlError(call, address, 'failed', `the call to the coordinator at ${address} failed: ${String(error)}`, {
      cause: error,
    });
  // Whoever calls too often may call later.
  const mayPass = isLostConnection(error) || retryAfterMs(error) !== undefined;
  const kind = mayPass ? 'unreachable' : kindOfGrpcStatus(error.code);
  const isAnswer = (error.metadata?.get(answeredBy).length ?? 0) > 0;
  const known = isAnswer ? undefined : (tlsFault(address, error.details) ?? sizeFault(error));
  if (known !== undefined) return new ControlError(call, address, 'refused', known, { cause: error });
  const message =
    kind === 'unreachable' && !isAnswer
      ? `the coordinator at ${address} does not answer (${lostDetails(error.details)})`
      : error.details;
  return new ControlError(call, address, kind, message, { cause: error });
}

/** A call that its caller gave up, and why: by Ctrl-C, by SIGTERM. */
export function givenUp(call: string, address: string, { reason }: AbortSignal): ControlError {
  const kind = reason instanceof ScaleError ? reason.kind : 'interrupted';
  const why = reason instanceof Error ? reason.message : String(reason);
  return new ControlError(call, address, kind, `the call to the coordinator at ${address} was given up: ${why}`, {
    cause: reason,
  });
}

/** OpenSSL's words for why no connection with TLS comes about, and what to do; none of it passes by itself. */
const tlsFaults: readonly (readonly [RegExp, string])[] = [
  [
    /self-signed certificate|unable to (get|verify)|unable to find/,
    'shows a certificate of an authority that is not trusted here: set SCALE_CA_FILE to the certificate of its authority',
  ],
  [/certificate has expired/, 'shows a certificate that has expired: its operator must replace it'],
  [
    /certificate is not yet valid/,
    'shows a certificate that is not valid yet: check the clocks, or ask its operator for another',
  ],
  [
    /altnames|does not match certificate/,
    'shows a certificate for another name: use one of the names in the certificate as --server, or ask its operator for one with this name',
  ],
  [
    /wrong version number|packet length too long|record overflow/,
    'does not speak TLS: unset SCALE_CA_FILE and SCALE_CERT_FILE, or give --server without tls://',
  ],
];

function tlsFault(address: string, details: string): string | undefined {
  const fault = tlsFaults.find(([words]) => words.test(details));
  return fault && `the coordinator at ${address} ${fault[1]}`;
}

/** A side that gets a message above its limit ends the call itself, below where our own messages come from. */
function sizeFault({ code, details }: ServiceError): string | undefined {
  const [, size, limit] = /larger than max \((\d+) vs\.? (\d+)\)/.exec(details) ?? [];
  if (code !== status.RESOURCE_EXHAUSTED || size === undefined || limit === undefined) return undefined;
  const [given, most] = [size, limit].map((bytes) => (Number(bytes) / 1024 ** 2).toFixed(1));
  return `a message of ${given} MiB is larger than the ${most} MiB that the coordinator allows (its SCALE_CONTROL_MESSAGE_MB)`;
}

/** What to do, where grpc-js has no more to say than what the operating system said. */
function lostDetails(details: string): string {
  if (/ECONNREFUSED/.test(details)) {
    return 'nothing listens at that address, ECONNREFUSED; if `kubectl port-forward` or a tunnel leads to it, start that again';
  }
  const [, seconds] = /^Deadline exceeded after ([\d.]+)s/.exec(details) ?? [];
  if (seconds !== undefined) return `no answer within ${Number(Number(seconds).toPrecision(2))} s`;
  if (details === 'Call cancelled') return 'it stopped before it had answered';
  if (/^Name resolution failed/.test(details)) return 'no address is known for that name; check how it is spelt';
  // The other side closes a connection that it does not understand.
  const isClosed = /Last error: Failed to connect|ECONNRESET|Connection (dropped|closed)/.test(details);
  return isClosed
    ? `it closed the connection; if it serves TLS, set SCALE_CA_FILE, or give --server as tls://host:port`
    : details;
}

/**
 * What a dying server resets ends with the status INTERNAL, and what one that stops has not answered in time with CANCELLED,
 * as if the caller had given it up.
 */
function isLostConnection({ code, details }: ServiceError): boolean {
  if (code === status.CANCELLED) return true;
  return code === status.INTERNAL && /RST_STREAM|connection|GOAWAY/i.test(details);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error;
}
