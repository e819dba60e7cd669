import { createHmac } from 'node:crypto';
import { lookup as systemLookup } from 'node:dns';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { ScaleError } from '../../domain/errors/scale-error.ts';
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

/** Where clouds keep what a machine may know of itself, its credentials among it; and what is no host at all. */
const neverNetworks = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  neverNetworks.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  neverNetworks.addSubnet(network, prefix, 'ipv6');
}
for (const address of ['::', 'fd00:ec2::254', 'fd20:ce::254']) neverNetworks.addAddress(address, 'ipv6');
// Alibaba's, in a range of carriers.
neverNetworks.addAddress('100.100.100.200', 'ipv4');

const privateNetworks = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  privateNetworks.addSubnet(network, prefix, 'ipv4');
}
privateNetworks.addSubnet('fc00::', 7, 'ipv6');
privateNetworks.addAddress('::1', 'ipv6');

/** @returns why no note may go there; undefined where one may */
export function addressFault(address: string, mayBePrivate: boolean): string | undefined {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  // A BlockList judges an IPv4 address in the clothes of an IPv6 one (::ffff:127.0.0.1) by its rules for IPv4.
  if (neverNetworks.check(address, family))
    return `${address} is no address for notes: link-local, multicast or of a cloud's metadata`;
  if (mayBePrivate || !privateNetworks.check(address, family)) return undefined;
  return `${address} is of this machine or of a private network: set SCALE_WEBHOOK_PRIVATE=true if that is meant`;
}

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
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
  const fault = isIP(host) === 0 ? undefined : addressFault(host, mayBePrivate);
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
