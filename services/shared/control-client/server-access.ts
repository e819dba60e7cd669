import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { isLoopback } from '../config/service-settings/control-access.ts';
import { type Environment, fileVariableOf, readSecret } from '../settings/environment.ts';
import { SettingsError, unreadableFile } from '../settings/settings-error.ts';
import type { ClientTls } from './channel.ts';

/** Where settings come from, and who is told what is risky about them. */
export interface AccessWays {
  readonly environment: Environment;
  readonly notice: (message: string) => void;
}

/** A coordinator elsewhere, and how to show it who is asking. */
export interface ServerAccess {
  /** host:port */
  readonly address: string;
  readonly token: string | undefined;
  /** Undefined: without TLS. */
  readonly tls: ClientTls | undefined;
}

/**
 * What the command's environment says of a server: SCALE_TOKEN_FILE or SCALE_CONTROL_TOKEN, and for TLS SCALE_CA_FILE,
 * SCALE_CERT_FILE and SCALE_KEY_FILE.
 * @param server host:port, or tls://host:port for TLS with the authorities that this machine trusts
 * @throws SettingsError if a file cannot be used
 */
export function serverAccess(server: string, { environment, notice }: AccessWays): ServerAccess {
  const address = server.replace(/^tls:\/\//, '');
  const token = tokenIn(environment);
  const tls = tlsIn(environment) ?? (address === server ? undefined : {});
  const host = address.slice(0, address.lastIndexOf(':'));
  const isTrusted = environment.SCALE_CONTROL_PLAINTEXT === 'trusted-network';
  if (token !== undefined && tls === undefined && !isLoopback(host) && !isTrusted) {
    notice(
      `The token goes to ${address} unencrypted, where others on the network may read it. If the coordinator serves TLS, set SCALE_CA_FILE ` +
        'to its certificate authority; if nobody else can listen, set SCALE_CONTROL_PLAINTEXT=trusted-network.',
    );
  }
  return { address, token, tls };
}

function tokenIn(environment: Environment): string | undefined {
  // SCALE_TOKEN stands nowhere: a name for readSecret, which looks at SCALE_TOKEN_FILE.
  const ofFile = readSecret('SCALE_TOKEN', { SCALE_TOKEN_FILE: environment.SCALE_TOKEN_FILE });
  const others = ['SCALE_CONTROL_TOKEN', fileVariableOf('SCALE_CONTROL_TOKEN')];
  const other = others.find((variable) => (environment[variable]?.trim() ?? '') !== '');
  if (ofFile !== undefined && other !== undefined) {
    throw new SettingsError('SCALE_TOKEN_FILE', `SCALE_TOKEN_FILE and ${other} are both set: keep only one of them`);
  }
  return checked(ofFile ?? readSecret('SCALE_CONTROL_TOKEN', environment));
}

/** A library that refuses to send it would say what it is. */
function checked(token: string | undefined): string | undefined {
  if (token === undefined || /^[\x21-\x7e]+$/.test(token)) return token;
  throw new SettingsError('SCALE_CONTROL_TOKEN', 'the token must be one line of ASCII without spaces (its value is not shown)');
}

function tlsIn(environment: Environment): ClientTls | undefined {
  const [ca, cert, key] = ['SCALE_CA_FILE', 'SCALE_CERT_FILE', 'SCALE_KEY_FILE'].map((variable) => fileIn(variable, environment));
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  if ((cert === undefined) !== (key === undefined)) {
    throw new SettingsError('SCALE_CERT_FILE', 'SCALE_CERT_FILE and SCALE_KEY_FILE belong together: set both, or none');
  }
  try {
    createSecureContext({ ca, cert, key });
    // An authority that is none is left out without a word.
    if (ca !== undefined) new X509Certificate(ca);
  } catch (cause) {
    const names = ['SCALE_CA_FILE', 'SCALE_CERT_FILE', 'SCALE_KEY_FILE'].filter((variable) => environment[variable]).join(', ');
    throw new SettingsError(
      'SCALE_CA_FILE',
      `${names} cannot be used for TLS: each must be in PEM, and the key that of the certificate`,
      {
        cause,
      },
    );
  }
  return { ca, cert, key };
}

function fileIn(variable: string, environment: Environment): Buffer | undefined {
  const file = environment[variable]?.trim() || undefined;
  if (file === undefined) return undefined;
  try {
    return readFileSync(file);
  } catch (cause) {
    throw unreadableFile(variable, file, cause);
  }
}
