import { NatsFileError } from '../errors.ts';
import type { NatsAccess } from './nats-access.ts';
import { credentialsVariable } from './nats-credentials.ts';
import { dial, type Talk } from './nats-dial.ts';
import { explainTlsFailure } from './nats-tls.ts';

/** What a server makes of a service that connects to it. */
export type Admission =
  /** It lets the service in. */
  | { readonly admitted: true; readonly encrypted: boolean }
  /** It does not, and waiting will not change that: why, in words that follow the server's name. */
  | { readonly admitted: false; readonly because: string }
  /** It cannot be reached, or does not answer. */
  | undefined;

/**
 * Goes through a connection's beginning by hand: greeting, TLS, credentials. The client does the same, but of what goes wrong on
 * the way it tells little, and after a first connection nothing.
 */
export async function askAdmission(server: string, access: NatsAccess): Promise<Admission> {
  using talk = await dial(server);
  if (talk === undefined) return undefined;
  const greeting = await talk.line();
  if (greeting === undefined) return await talkTlsFirst(server);
  const info = readInfo(greeting);
  if (info === undefined) return refused('it is no NATS server: its greeting is another');
  const encrypted = info.tls_required === true || info.tls_available === true;
  if (access.whyTls !== undefined && !encrypted) {
    return refused(`it offers no TLS, which ${access.whyTls} asks for: enable TLS in its configuration, or leave that out`);
  }
  if (encrypted) {
    const failure = await encryptWith(talk, access);
    if (failure !== undefined) return tlsRefusal(failure, access);
  }
  talk.send(`CONNECT ${JSON.stringify(connectOptions(access, info, encrypted))}\r\nPING\r\n`);
  for (;;) {
    const answer = await talk.line();
    // A server that dislikes a client's certificate says so after the handshake (TLS 1.3), and closes.
    if (answer === undefined) return tlsRefusal(talk.failure(), access);
    if (answer === 'PONG') return { admitted: true, encrypted };
    // A busy server, or a slow way to it: the credentials came too late to be looked at.
    if (/authentication timeout/i.test(answer)) return undefined;
    if (/authorization violation|authentication|permissions/i.test(answer)) return refused(describeRefusal(access));
    // A user's JWT holds the permissions, and the coordinator's are longer than the default of 4 KiB.
    if (/maximum control line/i.test(answer)) {
      return refused(
        `it takes no credentials as long as ${access.credentials.described ?? 'these'}: raise its max_control_line to 16KB`,
      );
    }
    if (answer.startsWith('-ERR')) return undefined;
  }
}

interface ServerInfo {
  readonly tls_required?: boolean;
  readonly tls_available?: boolean;
  readonly nonce?: string;
}

function readInfo(line: string): ServerInfo | undefined {
  if (!line.startsWith('INFO ')) return undefined;
  try {
    return JSON.parse(line.slice(5)) as ServerInfo;
  } catch {
    return undefined;
  }
}

const refused = (because: string): Admission => ({ admitted: false, because });

async function encryptWith(talk: Talk, access: NatsAccess): Promise<Error | undefined> {
  try {
    return await talk.encrypt(access.tlsOptions());
  } catch (error) {
    if (error instanceof NatsFileError) return error;
    throw error;
  }
}

function tlsRefusal(failure: Error | undefined, { tlsFiles }: NatsAccess): Admission {
  if (failure === undefined) return undefined;
  const because = failure instanceof NatsFileError ? failure.problem : explainTlsFailure(failure, tlsFiles);
  return because === undefined ? undefined : refused(because);
}

function describeRefusal({ credentials, tlsFiles }: NatsAccess): string {
  const { described } = credentials;
  if (described !== undefined) {
    return `it does not accept ${described}: the name is unknown there, or the secret is another`;
  }
  const orCertificate = tlsFiles.certFile === undefined ? '' : `; the certificate in ${tlsFiles.certFile} does not suffice`;
  return `it asks for credentials, and none are given: set ${credentialsVariable}${orCertificate}`;
}

function connectOptions({ credentials }: NatsAccess, { nonce }: ServerInfo, encrypted: boolean): object {
  const shown = credentials.authenticator(nonce) ?? {};
  return { ...shown, verbose: false, pedantic: false, tls_required: encrypted, lang: 'node', version: '0', protocol: 1 };
}

/** A server that keeps silent may wait for TLS: then it answers a handshake. One that stands still answers nothing. */
async function talkTlsFirst(server: string): Promise<Admission> {
  using talk = await dial(server);
  const failure = await talk?.encrypt({ rejectUnauthorized: false });
  const speaksTls = talk !== undefined && (failure === undefined || explainTlsFailure(failure, {}) !== undefined);
  if (!speaksTls) return undefined;
  return refused(
    'it waits for TLS before its greeting: set handshake_first to "auto" in its configuration, or leave it out; or it is no NATS server',
  );
}
