import { readFileSync } from 'node:fs';
import { type Authenticator, credsAuthenticator, tokenAuthenticator, usernamePasswordAuthenticator } from 'nats';
import type { Logger } from '../../telemetry/logger.ts';
import { NatsFileError } from '../errors.ts';

/** Who a service says it is. */
export interface Credentials {
  /** To be put into a sentence: `user "executor" in /run/secrets/nats`. Undefined: nobody in particular. */
  readonly described: string | undefined;
  /** For the client's options. It never throws: at that, the client would close for good. */
  readonly authenticator: Authenticator;
}

export const credentialsVariable = 'SCALE_NATS_CREDENTIALS_FILE';

const forms = 'a .creds file of NATS, or two lines, "user: NAME" and "password: SECRET"';

/** @throws NatsFileError for a file that cannot be used now; later, what it said before holds until it can be used again */
export function openCredentials(servers: readonly string[], file: string | undefined, logger: Logger): Credentials {
  if (file === undefined) return credentialsIn(servers);
  let known = readCredentials(file);
  const read = () => {
    try {
      known = readCredentials(file);
    } catch (error) {
      logger.error({ err: error }, 'the credentials for NATS cannot be read again; those of before are shown');
    }
    return known;
  };
  return {
    get described() {
      return known.described;
    },
    authenticator: (nonce) => read().authenticator(nonce),
  };
}

/** @throws NatsFileError */
export function readCredentials(file: string): Credentials {
  const content = readAccessFile(credentialsVariable, file);
  const fail = (problem: string, cause?: unknown) => new NatsFileError(credentialsVariable, file, problem, { cause });
  if (content.includes('BEGIN NATS USER JWT')) {
    const authenticator = credsAuthenticator(new TextEncoder().encode(content));
    try {
      authenticator('to see whether it can be signed');
    } catch (cause) {
      throw fail('is no complete .creds file: it needs the JWT of a user and its seed', cause);
    }
    return { described: `the user in ${file}`, authenticator };
  }
  const fields = new Map(
    content.split('\n').flatMap((line) => {
      const [, name = '', value = ''] = /^\s*(user|password)\s*[:=]\s*(.*?)\s*$/.exec(line) ?? [];
      return name === '' ? [] : [[name, unquoted(value)] as const];
    }),
  );
  const [user, password] = [fields.get('user'), fields.get('password')];
  if (user === undefined && password === undefined) throw fail(`is not ${forms}`);
  if (!user) throw fail('has no line "user: NAME"');
  if (!password) throw fail('has no line "password: SECRET"');
  return { described: `user "${user}" in ${file}`, authenticator: usernamePasswordAuthenticator(user, password) };
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value;
}

/**
 * The client ignores what precedes the "@" of an address. The first address that has credentials speaks for the whole cluster.
 */
function credentialsIn(servers: readonly string[]): Credentials {
  const { username = '', password = '' } = servers.map((server) => new URL(server)).find((url) => url.username !== '') ?? {};
  if (username === '') return { described: undefined, authenticator: () => undefined };
  const [user, pass] = [decodeURIComponent(username), decodeURIComponent(password)];
  if (password === '') return { described: 'the token in SCALE_NATS_URL', authenticator: tokenAuthenticator(user) };
  return { described: `user "${user}" in SCALE_NATS_URL`, authenticator: usernamePasswordAuthenticator(user, pass) };
}

/** @throws NatsFileError for one that is not there, may not be read or is empty */
export function readAccessFile(variable: string, file: string): string {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const problem = reasons.get(code) ?? `cannot be read: ${(cause as Error).message}`;
    throw new NatsFileError(variable, file, problem, { cause });
  }
  if (content.trim() === '') throw new NatsFileError(variable, file, 'is empty');
  return content;
}

const reasons = new Map([
  ['ENOENT', 'does not exist'],
  ['EACCES', 'may not be read by this user'],
  ['EISDIR', 'is a folder, not a file'],
  ['ENOTDIR', 'does not exist: a part of its path is not a folder'],
]);
