import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, type PeerCertificate } from 'node:tls';
import { NatsFileError } from '../errors.ts';
import { readAccessFile } from './nats-credentials.ts';

/** PEM files; those that are replaced on disk count from the next connection on. */
export interface TlsFiles {
  /** The authorities whose servers are trusted, and no others. */
  readonly caFile?: string | undefined;
  /** What this service shows of itself, and its key: both or none. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

const variables = { caFile: 'SCALE_NATS_CA_FILE', certFile: 'SCALE_NATS_CERT_FILE', keyFile: 'SCALE_NATS_KEY_FILE' } as const;

/** Reads the files. @throws NatsFileError for one that is missing, no PEM, expired, or a key of another certificate */
export function readTlsFiles({ caFile, certFile, keyFile }: TlsFiles): Pick<ConnectionOptions, 'ca' | 'cert' | 'key'> {
  const ca = caFile === undefined ? undefined : readAccessFile(variables.caFile, caFile);
  if (ca !== undefined) {
    const authorities = ca.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
    if (authorities.length === 0) throw new NatsFileError(variables.caFile, caFile ?? '', notPem('a certificate'));
    for (const each of authorities) parseCertificate(variables.caFile, caFile ?? '', each);
  }
  if (certFile === undefined || keyFile === undefined) return { ca };
  const cert = readAccessFile(variables.certFile, certFile);
  const certificate = parseCertificate(variables.certFile, certFile, cert);
  const now = Date.now();
  if (certificate.validToDate.getTime() < now) {
    throw new NatsFileError(variables.certFile, certFile, `has expired, on ${dayOf(certificate.validToDate)}: renew it`);
  }
  if (certificate.validFromDate.getTime() > now) {
    const problem = `is not valid before ${dayOf(certificate.validFromDate)}: check this machine's clock`;
    throw new NatsFileError(variables.certFile, certFile, problem);
  }
  const key = readAccessFile(variables.keyFile, keyFile);
  if (!certificate.checkPrivateKey(parseKey(keyFile, key))) {
    throw new NatsFileError(variables.keyFile, keyFile, `is not the key of the certificate in ${certFile}`);
  }
  return { ca, cert, key };
}

function parseCertificate(variable: string, file: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw new NatsFileError(variable, file, notPem('a certificate'), { cause });
  }
}

function parseKey(file: string, text: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new NatsFileError(variables.keyFile, file, `${notPem('a private key')}, or it is encrypted`, { cause });
  }
}

const notPem = (what: string): string => `is not ${what} in PEM form`;
const dayOf = (date: Date): string => date.toISOString().slice(0, 10);

/**
 * Whether the certificate is for the server's name. For a server that is named by its address, the client passes no name, and
 * Node.js then takes "localhost" (nats-core 3.4.0 servers.js, Node.js 24 tls.js): a certificate for that address would be
 * refused, and one for localhost accepted.
 */
export function identityCheck(servers: readonly string[]): (name: string, certificate: PeerCertificate) => Error | undefined {
  const names = servers.map(hostOf);
  const addresses = names.filter((name) => isIP(name) !== 0);
  return (name, certificate) => {
    if (name !== 'localhost' || names.includes('localhost') || addresses.length === 0)
      return checkServerIdentity(name, certificate);
    const verdicts = addresses.map((address) => checkServerIdentity(address, certificate));
    return verdicts.includes(undefined) ? undefined : verdicts[0];
  };
}

/** Of an address such as "tls://[::1]:4222", which may hold credentials. */
export function hostOf(server: string): string {
  return new URL(server.replace(/^[a-z]+:/, 'http:')).hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Why the handshake failed, in words that follow the server's name; undefined for what waiting may mend. */
export function explainTlsFailure(error: Error, { caFile, certFile }: TlsFiles): string | undefined {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (untrusted.test(code)) {
    const remedy =
      caFile === undefined
        ? `by an authority that this machine trusts: name the one that has with ${variables.caFile}`
        : `by an authority in ${caFile} (${variables.caFile})`;
    return `its certificate was not signed ${remedy}`;
  }
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate, or that of its authority, has expired: renew it';
  if (code === 'CERT_NOT_YET_VALID') return "its certificate is not valid yet: check this machine's clock";
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `its certificate is for another name (${message.replace(/^.*?altnames: /, '')}): SCALE_NATS_URL must use one that it was issued for`;
  }
  if (!/ALERT/.test(code)) return undefined;
  if (certFile === undefined) {
    return `it asks for a certificate of this service, and none is given: set ${variables.certFile} and ${variables.keyFile}`;
  }
  const reason = /alert ([a-z ]+)/i.exec(message)?.[1]?.trim();
  return `it does not accept the certificate in ${certFile} (${variables.certFile})${reason === undefined ? '' : `: ${reason}`}`;
}

const untrusted = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE)$/;
