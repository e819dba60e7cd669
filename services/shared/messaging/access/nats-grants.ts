import type { NatsConnection } from 'nats';
import { z } from 'zod';
import type { Logger } from '../../telemetry/logger.ts';
import { AccessRefusedError } from '../errors.ts';
import { inboxPrefixOf, type NatsPermissions, type NatsRole, permissionsOf } from '../nats-permissions.ts';
import { isNoResponders, permissionViolationIn, toBusError } from '../session/nats-errors.ts';
import { requestTimeoutMs } from '../session/nats-session.ts';

/** Whether the server lets this service do all that it must. It says so before anything is tried. */
export interface Grants {
  /** A sentence that names what is not allowed, as of the last look; undefined if nothing is missing. */
  missing(): string | undefined;
  /** Asks the server. @throws BusError if it does not answer */
  look(): Promise<void>;
  stop(): void;
}

export interface GrantsSettings {
  readonly connection: NatsConnection;
  readonly role: NatsRole | undefined;
  /** Whose permissions these are: `user "executor" in /run/secrets/nats`. */
  readonly user: string | undefined;
  readonly logger: Logger;
  /** Calls back each time that the link is up again. */
  readonly onUp: (listener: () => void) => () => void;
  /** Default 5 s. */
  readonly everyMs?: number;
}

/**
 * Looks now, and again and again, since permissions change with the server's configuration.
 * @throws AccessRefusedError if the service cannot even receive an answer: then the credentials are another service's
 */
export async function watchGrants(settings: GrantsSettings): Promise<Grants> {
  const { connection, role, user = 'this user', logger, onUp, everyMs = 5_000 } = settings;
  const needed = permissionsOf(role);
  let missing: string | undefined;
  const note = (lacking: NatsPermissions): void => {
    const before = missing;
    missing = describe(lacking, user, role);
    if (missing === before) return;
    if (missing !== undefined) logger.error(lacking, `NATS: ${missing}`);
    else logger.info('NATS allows again all that this service must do');
  };
  const look = async (): Promise<void> => {
    try {
      const reply = await connection.request(userInfo, undefined, { timeout: requestTimeoutMs });
      const { permissions } = userReply.parse(reply.json()).data;
      note(lackingOf(needed, permissions));
    } catch (error) {
      const violation = permissionViolationIn(error);
      if (violation?.operation === 'publish') return note({ publish: [userInfo], subscribe: [] });
      if (violation !== undefined) return note({ publish: [], subscribe: [`${inboxPrefixOf(role)}.>`] });
      // A server without a system account cannot be asked; there it shows only when something is tried.
      if (!isNoResponders(error)) throw toBusError('ask for the permissions', error);
    }
  };
  await look();
  if (missing?.includes(`"${inboxPrefixOf(role)}.>"`)) throw new AccessRefusedError('connect', missing);
  const lookQuietly = (): void => {
    look().catch((error: unknown) => logger.debug({ err: error }, 'the permissions could not be looked at'));
  };
  const timer = setInterval(lookQuietly, everyMs);
  timer.unref();
  const forget = onUp(lookQuietly);
  return {
    missing: () => missing,
    look,
    stop() {
      clearInterval(timer);
      forget();
    },
  };
}

/** Answered by every server since 2.10, for the user that asks. */
const userInfo = '$SYS.REQ.USER.INFO';

const subjectRules = z.object({ allow: z.array(z.string()).nullish(), deny: z.array(z.string()).nullish() });
type SubjectRules = z.output<typeof subjectRules>;
const permissionsOfUser = z.object({ publish: subjectRules.nullish(), subscribe: subjectRules.nullish() });
const userReply = z.object({ data: z.object({ permissions: permissionsOfUser.nullish() }) });

function lackingOf(needed: NatsPermissions, given: z.output<typeof permissionsOfUser> | null | undefined): NatsPermissions {
  return {
    publish: needed.publish.filter((subject) => !isAllowed(subject, given?.publish)),
    subscribe: needed.subscribe.filter((subject) => !isAllowed(subject, given?.subscribe)),
  };
}

/** Whether all subjects of the pattern are: without a list, what is not denied is allowed. */
function isAllowed(pattern: string, rules: SubjectRules | null | undefined): boolean {
  const { allow, deny } = rules ?? {};
  const isGiven = !allow?.length || allow.some((allowed) => covers(allowed, pattern));
  return isGiven && !deny?.some((denied) => covers(denied, pattern) || overlaps(denied, pattern));
}

/** Every subject of the second pattern is one of the first. */
export function covers(wide: string, narrow: string): boolean {
  const [outer, inner] = [wide.split('.'), narrow.split('.')];
  for (const [index, token] of outer.entries()) {
    const other = inner[index];
    if (token === '>') return other !== undefined;
    if (other === undefined || (token !== '*' && token !== other) || (token === '*' && other === '>')) return false;
  }
  return outer.length === inner.length;
}

/** Some subject belongs to both. */
export function overlaps(one: string, other: string): boolean {
  const [first, second] = [one.split('.'), other.split('.')];
  for (let index = 0; index < Math.max(first.length, second.length); index += 1) {
    const [a, b] = [first[index], second[index]];
    if (a === undefined || b === undefined) return false;
    if (a === '>' || b === '>') return true;
    if (a !== b && a !== '*' && b !== '*') return false;
  }
  return true;
}

const namedAtMost = 12;

function describe({ publish, subscribe }: NatsPermissions, user: string, role: NatsRole | undefined): string | undefined {
  const verbs = [phrase('publish', publish), phrase('subscribe', subscribe)].filter((each) => each !== '');
  if (verbs.length === 0) return undefined;
  const who = role === undefined ? 'a service' : `${role === 'executor' ? 'an' : 'a'} ${role}`;
  return `the server does not let ${user} ${verbs.join(' or ')}, which ${who} must do; allow it in the user's permissions there, as \`scale nats-config\` prints them`;
}

function phrase(verb: string, patterns: readonly string[]): string {
  if (patterns.length === 0) return '';
  const named = patterns.slice(0, namedAtMost).map((pattern) => `"${pattern}"`);
  const more = patterns.length > namedAtMost ? ` and ${patterns.length - namedAtMost} more` : '';
  return `${verb} to ${named.join(', ')}${more}`;
}
