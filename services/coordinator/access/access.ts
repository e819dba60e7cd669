import type { PeerCertificate } from 'node:tls';
import { ownerName } from '../../shared/contracts/owner-name.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { watchFiles } from '../../shared/lifecycle/watch-files.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { AccessFileError, type KnownCaller, parseAccessFile } from './access-file.ts';
import { digestOf, isSameDigest, namesIn } from './credential.ts';
import type { Role } from './roles.ts';

export interface Caller {
  readonly name: string;
  readonly role: Role;
  readonly team?: string;
}

/** What a call shows. */
export interface Shown {
  readonly token: string | undefined;
  /** Only one that the client authority vouches for. */
  readonly certificate: PeerCertificate | undefined;
}

/** Whom the coordinator obeys. */
export interface Access {
  /** @returns who it is, or what to tell a stranger */
  callerOf(shown: Shown): Caller | { readonly stranger: string };
  /** `changed` is called whenever someone may have lost a right. */
  onChange(changed: () => void): void;
  stop(): Promise<void>;
}

export interface AccessSettings {
  /** SCALE_CONTROL_TOKEN, as it was at the start. */
  readonly controlToken?: string | undefined;
  readonly controlTokenFile?: string | undefined;
  readonly controlTokensFile?: string | undefined;
  readonly controlClientCaFile?: string | undefined;
}

/** Without any token there is no telling callers apart; the settings allow that on loopback only. */
const anyone: Caller = { name: 'anyone', role: 'admin' };
const leastToken = 16;

/**
 * Reads who may call, and keeps it current while the files change.
 * @throws AccessFileError, or SettingsError for a file that cannot be read
 */
export async function openAccess(
  settings: AccessSettings,
  { timing, logger }: { readonly timing: Timing; readonly logger: Pick<Logger, 'info' | 'error'> },
): Promise<Access> {
  const { controlToken, controlTokenFile, controlTokensFile } = settings;
  let owner = controlToken === undefined ? undefined : ownerWith(controlToken);
  let listed: readonly KnownCaller[] = [];
  const stops: (() => Promise<void>)[] = [];
  let changed = (): void => {};

  const follow = async (variable: string, file: string, use: (text: string) => void): Promise<void> => {
    let isFirst = true;
    const stop = await watchFiles({
      files: [{ variable, path: file }],
      timing,
      changed: ([content = Buffer.alloc(0)]) => {
        use(content.toString('utf8'));
        if (!isFirst) logger.info({ file }, 'the tokens of the control API have changed');
        isFirst = false;
        changed();
      },
      failed: (err) => logger.error({ err }, `${file} cannot be used; the tokens that it held before still hold`),
    });
    stops.push(stop);
  };
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((each) => each()));
  };
  try {
    if (controlTokenFile !== undefined) {
      await follow('SCALE_CONTROL_TOKEN_FILE', controlTokenFile, (text) => {
        owner = ownerWith(checkedToken(text.trim(), controlTokenFile));
      });
    }
    if (controlTokensFile !== undefined) {
      await follow('SCALE_CONTROL_TOKENS_FILE', controlTokensFile, (text) => {
        listed = parseAccessFile(text, controlTokensFile);
      });
    }
  } catch (error) {
    await stop();
    throw error;
  }

  const isOpen = controlToken === undefined && controlTokenFile === undefined && controlTokensFile === undefined;
  const remedy =
    'set SCALE_TOKEN_FILE to a file with a token, or SCALE_CONTROL_TOKEN to the token' +
    (settings.controlClientCaFile === undefined ? '' : ', or SCALE_CERT_FILE and SCALE_KEY_FILE to a client certificate');
  return {
    callerOf: ({ token, certificate }) => {
      if (isOpen) return anyone;
      const known = owner === undefined ? listed : [owner, ...listed];
      if (token !== undefined) {
        // Each is compared, whichever fits: the time taken says nothing about the others.
        const digest = digestOf(token);
        const [found] = known.filter(({ tokenDigest }) => tokenDigest !== undefined && isSameDigest(tokenDigest, digest));
        return found ?? { stranger: `this coordinator does not know the token that the call shows: ${remedy}` };
      }
      if (certificate !== undefined) {
        const names = namesIn(certificate);
        const found = known.find((each) => each.certificate !== undefined && names.includes(each.certificate));
        const unknown =
          `this coordinator has no role for the client certificate of ${names.join(', ') || 'someone without a name'}: ` +
          'add an entry with `certificate` to its SCALE_CONTROL_TOKENS_FILE';
        return found ?? { stranger: unknown };
      }
      const wanted =
        settings.controlClientCaFile === undefined ? 'a token' : 'a token, or a valid certificate of its client authority';
      return { stranger: `this coordinator requires ${wanted}, and the call shows none: ${remedy}` };
    },
    onChange: (listener) => {
      changed = listener;
    },
    stop,
  };
}

function ownerWith(token: string): KnownCaller {
  return { name: ownerName, role: 'admin', tokenDigest: digestOf(token) };
}

function checkedToken(token: string, file: string): string {
  if (token.length >= leastToken && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new AccessFileError(`${file} must hold a token of at least ${leastToken} characters without spaces`);
}
