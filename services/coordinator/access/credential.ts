import { createHash, timingSafeEqual } from 'node:crypto';
import type { PeerCertificate } from 'node:tls';

/** Digests have one length, so that comparing them reveals nothing about a token, not even its length. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function isSameDigest(one: Buffer, other: Buffer): boolean {
  return timingSafeEqual(one, other);
}

/** The token of an "authorization: Bearer ..." header; undefined if there is none. */
export function bearerToken(headers: readonly (string | Buffer)[]): string | undefined {
  const [, token] = /^Bearer (.*)$/i.exec(String(headers[0] ?? '')) ?? [];
  return token;
}

/** The common name, and the alternative names of hosts, URIs and mail addresses. */
export function namesIn({ subject, subjectaltname = '' }: PeerCertificate): string[] {
  const common = [subject.CN].flat().filter((name) => name !== undefined);
  const alternative = subjectaltname.split(', ').flatMap((name) => /^(?:DNS|URI|email):([^"]+)$/.exec(name)?.[1] ?? []);
  return [...new Set([...common, ...alternative])];
}
