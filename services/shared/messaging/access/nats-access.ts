import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls';
import type { ConnectionOptions } from 'nats';
import type { Logger } from '../../telemetry/logger.ts';
import { type Credentials, openCredentials } from './nats-credentials.ts';
import { identityCheck, readTlsFiles, type TlsFiles } from './nats-tls.ts';

export interface AccessFiles extends TlsFiles {
  /** Instead of credentials in an address. */
  readonly credentialsFile?: string | undefined;
}

/** How a service gets in at NATS: where, as whom, and over what. */
export interface NatsAccess {
  /** Without credentials, to be shown and logged. */
  readonly servers: readonly string[];
  readonly credentials: Credentials;
  readonly tlsFiles: TlsFiles;
  /** Why the connection must be encrypted: an address that begins with tls://, or a file of certificates. */
  readonly whyTls: string | undefined;
  /**
   * For the client.
   * @param encrypted refuse a server that offers no TLS
   */
  options(encrypted: boolean): Pick<ConnectionOptions, 'authenticator' | 'tls'>;
  /** What a connection by hand needs. @throws NatsFileError */
  tlsOptions(): TlsConnectionOptions;
}

/** Reads every file once, so that one that cannot be used is told at once. @throws NatsFileError */
export function openNatsAccess(servers: readonly string[], files: AccessFiles, logger: Logger): NatsAccess {
  const { credentialsFile, caFile, certFile, keyFile } = files;
  const tlsFiles = { caFile, certFile, keyFile };
  readTlsFiles(tlsFiles);
  const credentials = openCredentials(servers, credentialsFile, logger);
  const shown = servers.map(withoutCredentials);
  const byAddress = shown.find((server) => server.startsWith('tls://'));
  const variable = caFile === undefined ? certFile && 'SCALE_NATS_CERT_FILE' : 'SCALE_NATS_CA_FILE';
  const whyTls = byAddress ?? variable;
  const checkServerIdentity = identityCheck(shown);
  // Not `checkServerIdentity` in its type, but the client passes all options on to tls.connect (nats 3.4.0 node_transport.js).
  const tls = { ...present(tlsFiles), checkServerIdentity } as NonNullable<ConnectionOptions['tls']>;
  return {
    servers: shown,
    credentials,
    tlsFiles,
    whyTls,
    options: (encrypted) => ({ authenticator: credentials.authenticator, ...(encrypted && { tls }) }),
    tlsOptions: () => ({ ...readTlsFiles(tlsFiles), checkServerIdentity }),
  };
}

function present(files: TlsFiles): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function withoutCredentials(server: string): string {
  return server.replace(/^([a-z]+:\/\/)[^/]*@/, '$1');
}
