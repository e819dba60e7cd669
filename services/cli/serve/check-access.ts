import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { ServeError } from './serve-error.ts';

/** Reached from this machine alone. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/**
 * Whether a caller may ask. Without a token everybody on this machine may, but no page of another site that a browser here
 * has open: it reaches this address under a name of its own (DNS rebinding).
 * @throws ServeError
 */
export function checkAccess({ headers }: Pick<IncomingMessage, 'headers'>, token: string | undefined): void {
  if (token === undefined) {
    const host = (headers.host ?? '').replace(/:\d+$/, '');
    if (isLoopback(host)) return;
    throw new ServeError(403, 'wrong_host', 'without a token, this server answers to its own address on this machine only');
  }
  const given = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  if (given !== '' && timingSafeEqual(hashOf(given), hashOf(token))) return;
  const headersOf401 = { 'www-authenticate': 'Bearer' };
  throw new ServeError(401, 'invalid_api_key', 'the token is missing or wrong: give it as the API key', {
    headers: headersOf401,
  });
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
