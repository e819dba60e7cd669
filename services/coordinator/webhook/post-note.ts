import { createHmac } from 'node:crypto';
import { lookup as systemLookup } from 'node:dns';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { addressFault, hostFault } from '../../shared/config/service-settings/webhook-address.ts';
import { linked, within } from '../../shared/lifecycle/abort.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { request as requestHttp } from '../../shared/toolchain/node-http.ts';
import type { Note } from './note.ts';

export interface Webhook {
  readonly url: string;
  readonly secret: string;
  /** Addresses of this machine and of private networks, and http, are allowed. */
  readonly mayBePrivate: boolean;
}

/** The address did not take a note, or may not be sent one. */
export class NoteRefusedError extends ScaleError {
  readonly kind = 'unreachable';
  /** The address wants none any more: 410. */
  readonly isFinal: boolean;

  constructor(message: string, { isFinal = false, ...options }: ErrorOptions & { readonly isFinal?: boolean } = {}) {
    super(message, options);
    this.isFinal = isFinal;
  }
}

const attemptMs = 10_000;

/**
 * Signed as Standard Webhooks are (standardwebhooks.com, symmetric signatures, v1): HMAC-SHA256 over id, time and body.
 * @param secret with whsec_ before it, in base64; otherwise its own bytes
 */
export function signatureOf({ id, body }: Pick<Note, 'id' | 'body'>, secret: string, seconds: number): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

/** One attempt. Redirects are not followed. @throws NoteRefusedError */
export async function postNote(
  { url, secret, mayBePrivate }: Webhook,
  note: Note,
  timing: Timing,
  signal: AbortSignal,
): Promise<void> {
  const target = new URL(url);
  const fault = hostFault(target.hostname, mayBePrivate);
  if (fault !== undefined) throw new NoteRefusedError(fault);
  const seconds = Math.floor(timing.wallMs() / 1_000);
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(note.body)),
    'user-agent': 'scale-webhook',
    'webhook-id': note.id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatureOf(note, secret, seconds),
  };
  using time = within(timing, attemptMs);
  using limit = linked(signal, time.signal);
  const answered = Promise.withResolvers<number>();
  const send = target.protocol === 'https:' ? requestHttps : requestHttp;
  const settings = { method: 'POST', headers, lookup: guarded(mayBePrivate), signal: limit.signal, agent: false };
  const sent = send(target, settings, (answer) => {
    answer.on('error', () => undefined);
    // What it says beside the status is nobody's.
    answer.destroy();
    answered.resolve(answer.statusCode ?? 0);
  });
  sent.on('error', answered.reject);
  sent.end(note.body);
  let status: number;
  try {
    status = await answered.promise;
  } catch (cause) {
    if (cause instanceof NoteRefusedError) throw cause;
    const isLate = limit.signal.aborted && !signal.aborted;
    throw new NoteRefusedError(isLate ? `no answer within ${attemptMs / 1_000} s` : (cause as Error).message, { cause });
  }
  if (status >= 200 && status < 300) return;
  throw new NoteRefusedError(`it answered ${status}`, { isFinal: status === 410 });
}

/** Looks at each address that a name has at the moment of the connection: a name may change between a look and a call. */
function guarded(mayBePrivate: boolean): LookupFunction {
  return (name, options, found) => {
    systemLookup(name, options, (error, address, family) => {
      if (error !== null) return found(error, address as string, family);
      const addresses = typeof address === 'string' ? [address] : address.map((each) => each.address);
      const fault = addresses.map((each) => addressFault(each, mayBePrivate)).find((each) => each !== undefined);
      if (fault !== undefined) return found(new NoteRefusedError(fault), address as string, family);
      found(null, address as string, family);
    });
  };
}
