import { isIP } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import { type ChannelCredentials, type ChannelOptions, credentials } from '@grpc/grpc-js';

/** What a client needs to speak TLS, in PEM. Without an authority, those that Node.js knows are trusted. */
export interface ClientTls {
  readonly ca?: Buffer | undefined;
  /** The client's own certificate and key, for mutual TLS. */
  readonly cert?: Buffer | undefined;
  readonly key?: Buffer | undefined;
}

/** Servers that are asked by their address have none to go by in TLS's own field for it, which takes names only (RFC 6066). */
const nameOfAddress = 'address.invalid';

/**
 * How a connection is made.
 * @param address host:port
 * @param tls undefined: without TLS
 */
export function channelTo(
  address: string,
  tls: ClientTls | undefined,
): { readonly channel: ChannelCredentials; readonly options: ChannelOptions } {
  if (tls === undefined) return { channel: credentials.createInsecure(), options: {} };
  const { ca = null, key = null, cert = null } = tls;
  const host = address.slice(0, address.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0) return { channel: credentials.createSsl(ca, key, cert), options: {} };
  // grpc-js 1.14.7 puts the address into that field, for which Node.js 24 prints a warning; it is compared here instead.
  const verify = {
    checkServerIdentity: (_: string, shown: Parameters<typeof checkServerIdentity>[1]) => checkServerIdentity(host, shown),
  };
  return {
    channel: credentials.createSsl(ca, key, cert, verify),
    options: { 'grpc.ssl_target_name_override': nameOfAddress },
  };
}
