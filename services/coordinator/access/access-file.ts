import { z } from 'zod';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { ownerName } from '../../shared/contracts/owner-name.ts';
import { parseSettings } from '../../shared/settings/parse-settings.ts';
import { choice, settings, text } from '../../shared/settings/rules.ts';
import { teamName } from '../../shared/sharing/share-rules.ts';
import { digestOf } from './credential.ts';
import { type Role, roles } from './roles.ts';

/** Someone whom the coordinator knows: by a token, or by the name in a client certificate. */
export interface KnownCaller {
  /** For the log and for messages; unique. */
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the token. */
  readonly tokenDigest?: Buffer;
  /** The certificate's common name, or one of its alternative names. */
  readonly certificate?: string;
  /** Whose runs it starts. */
  readonly team?: string;
}

/** A file of tokens that cannot be used: one sentence that names the file, the line, the field and the rule. */
export class AccessFileError extends ScaleError {
  readonly kind = 'bad-input';
}

/** YAML takes one of digits alone for a number. */
const matching = (pattern: RegExp, rule: string) =>
  z.string({ error: `${rule}, as a text: put it in quotes` }).regex(pattern, { error: rule });

const entry = settings({
  name: text('must be a text: it names the caller in the log').regex(/^[\w.@-]{1,100}$/, {
    error: 'must be 1 to 100 letters, digits, dots, hyphens, underscores or @',
  }),
  role: choice(roles),
  token: matching(/^[\x21-\x7e]{16,}$/, 'must be at least 16 characters without spaces').optional(),
  sha256: matching(/^[0-9a-fA-F]{64}$/, 'must be the SHA-256 of a token, in 64 hexadecimal digits').optional(),
  certificate: text('must be the common name, or an alternative name, of a client certificate').optional(),
  team: text('must be the name of a team')
    .regex(teamName.pattern, { error: `must be ${teamName.rule}` })
    .optional(),
});

/**
 * Reads a list of callers in YAML, each with a name, a role, and a token, the SHA-256 of one, or the name in a client
 * certificate.
 * @param file what to call it in messages
 * @throws AccessFileError for the first thing that is wrong
 */
export function parseAccessFile(content: string, file: string): readonly KnownCaller[] {
  const { settings: entries, error } = parseSettings(content.replace(/^\uFEFF/, ''), {
    schemaOf: () => z.array(entry, { error: 'must be a list of callers, each with a name, a role and a token' }),
    what: 'a file of tokens',
    isSecret: true,
    refuse: ({ line }, message, options) =>
      new AccessFileError(`${file}${line === undefined ? '' : `:${line}`}: ${message}`, options),
  });
  const callers = entries.map(({ name, role, token, sha256, certificate, team }, index): KnownCaller => {
    const ofTeam = team === undefined ? {} : { team };
    const given = [token, sha256, certificate].filter((each) => each !== undefined);
    if (given.length !== 1) throw error(`${index}.name`, `${name} must have one of token, sha256 and certificate`);
    if (certificate !== undefined) return { name, role, ...ofTeam, certificate };
    return { name, role, ...ofTeam, tokenDigest: token === undefined ? Buffer.from(sha256 ?? '', 'hex') : digestOf(token) };
  });
  callers.forEach(({ name, tokenDigest, certificate }, index) => {
    const before = callers.slice(0, index);
    const twin = before.find(
      (each) =>
        (tokenDigest && each.tokenDigest?.equals(tokenDigest)) || (certificate !== undefined && each.certificate === certificate),
    );
    if (name === ownerName)
      throw error(`${index}.name`, `${name} is what the log calls whoever shows that token: choose another`);
    if (before.some((each) => each.name === name)) throw error(`${index}.name`, `${name} stands twice in the list`);
    if (twin) throw error(`${index}.name`, `${name} has the same token or certificate as ${twin.name}`);
  });
  return callers;
}
