import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { status } from '@grpc/grpc-js';
import { isLoopback } from '../../shared/config/service-settings/control-access.ts';
import type { ControlClient } from '../../shared/control-client/control-client.ts';
import { ControlError } from '../../shared/control-client/control-error.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { AnswerError } from '../answer-error.ts';
import type { SessionAnswer } from '../api/session-answer.ts';
import type { ClusterLink } from '../cluster-link.ts';

export interface AccessSettings {
  /** `link`: who has opened it may do what the dashboard's own token may. `token`: who shows one may do what that may. */
  readonly signIn: 'link' | 'token';
  /** Without signing in, anyone may look. */
  readonly openToRead: boolean;
  /** Where pages are at beside this machine, e.g. "https://scale.example.org". */
  readonly origins: readonly string[];
  /** The port that is listened at, once it is known. */
  readonly port: () => number;
}

/** Who asks, and what that one may do. */
export interface Visitor {
  readonly role: SessionAnswer['role'];
  readonly isSignedIn: boolean;
  /** With the token that acts for this visitor. */
  client(): { readonly client: ControlClient; readonly close: () => void };
}

export interface DashboardAccess {
  visitorOf(headers: IncomingHttpHeaders): Visitor;
  /** The next one-time link's key. */
  newKey(): string;
  /** @returns the cookie to set, or undefined for a key that is none or was used */
  open(key: string): string | undefined;
  /** @throws AnswerError for a token that the coordinator does not know */
  signIn(token: string, headers: IncomingHttpHeaders, signal: AbortSignal): Promise<string>;
  /** @returns the cookie that takes the other one's place */
  signOut(headers: IncomingHttpHeaders): string;
  /** @throws AnswerError for a name under which this server is not known: a page of another site has given itself this address */
  checkHost(headers: IncomingHttpHeaders): void;
  /** @throws AnswerError for a request that changes something and does not come from a page of this server */
  checkOrigin(headers: IncomingHttpHeaders): void;
}

interface Session {
  readonly token: string | undefined;
  readonly role: 'read' | 'run';
  untilMs: number;
}

const cookieName = 'scale-dashboard';
const lastsMs = 12 * 3_600_000;
const mostSessions = 1_000;
const mostTriesAMinute = 30;

export function createAccess(settings: AccessSettings, link: ClusterLink, timing: Timing): DashboardAccess {
  /** By the hash of what the cookie holds: what is in memory opens nothing. */
  const sessions = new Map<string, Session>();
  let key: string | undefined;
  let tries: number[] = [];

  const begin = (session: Omit<Session, 'untilMs'>, headers: IncomingHttpHeaders | undefined): string => {
    const now = timing.monotonicMs();
    for (const [id, { untilMs }] of sessions) if (untilMs < now) sessions.delete(id);
    const [oldest] = sessions.keys();
    if (sessions.size >= mostSessions && oldest !== undefined) sessions.delete(oldest);
    const secret = randomBytes(32).toString('base64url');
    sessions.set(hashOf(secret), { ...session, untilMs: now + lastsMs });
    return cookie(secret, lastsMs / 1_000, isSecure(headers));
  };
  /** Behind a proxy that ends TLS, the cookie is for https alone. */
  const isSecure = (headers: IncomingHttpHeaders | undefined): boolean =>
    settings.origins.some((origin) => origin.startsWith('https://') && new URL(origin).host === headers?.host);

  const sessionOf = (headers: IncomingHttpHeaders): Session | undefined => {
    const secret = cookiesOf(headers).get(nameOf(settings.port()));
    const session = secret === undefined ? undefined : sessions.get(hashOf(secret));
    return session === undefined || session.untilMs < timing.monotonicMs() ? undefined : session;
  };
  const nameOf = (port: number): string => `${cookieName}-${port}`;
  const cookie = (secret: string, seconds: number, secure: boolean): string =>
    `${nameOf(settings.port())}=${secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure ? '; Secure' : ''}`;

  const hosts = (): readonly string[] => settings.origins.map((origin) => new URL(origin).host);
  const isOwnHost = (host: string): boolean => {
    if (hosts().includes(host)) return true;
    return isLoopback(host.replace(/:\d+$/, ''));
  };

  return {
    visitorOf(headers) {
      const session = sessionOf(headers);
      const role = session?.role ?? (settings.openToRead ? 'read' : 'none');
      return {
        ...{ role, isSignedIn: session !== undefined },
        client() {
          if (session?.token === undefined) return { client: link.client(), close: () => undefined };
          const client = link.clientOf(session.token);
          return { client, close: () => client.close() };
        },
      };
    },
    newKey() {
      key = randomBytes(24).toString('base64url');
      return key;
    },
    open(given) {
      if (settings.signIn !== 'link' || key === undefined || !isSame(given, key)) return undefined;
      key = undefined;
      return begin({ token: undefined, role: 'run' }, undefined);
    },
    async signIn(token, headers, signal) {
      if (settings.signIn !== 'token') {
        throw new AnswerError(
          'refused',
          403,
          'nobody signs in here with a token: open the link that `scale dashboard` has printed',
        );
      }
      const now = timing.monotonicMs();
      tries = tries.filter((at) => at > now - 60_000);
      if (tries.length >= mostTriesAMinute) {
        const message = `${mostTriesAMinute} tokens were tried within a minute: try again in a minute`;
        throw new AnswerError('refused', 429, message, { headers: { 'retry-after': '60' } });
      }
      tries.push(now);
      if (!/^[\x21-\x7e]{1,4096}$/.test(token))
        throw new AnswerError('bad-input', 400, 'a token is one line of ASCII without spaces');
      return begin({ token, role: await roleOf(token, link, signal) }, headers);
    },
    signOut(headers) {
      const secret = cookiesOf(headers).get(nameOf(settings.port()));
      if (secret !== undefined) sessions.delete(hashOf(secret));
      return cookie('', 0, isSecure(headers));
    },
    checkHost({ host = '' }) {
      if (isOwnHost(host)) return;
      const message =
        'this server is not known by that name: its operator names each address of its pages in SCALE_DASHBOARD_ORIGINS';
      throw new AnswerError('refused', 421, message);
    },
    checkOrigin(headers) {
      const { origin, host = '' } = headers;
      const isKnown =
        origin !== undefined && (settings.origins.includes(origin) || (isOwnHost(host) && origin === `http://${host}`));
      if (isKnown && headers['sec-fetch-site'] !== 'cross-site') return;
      const message = 'this request does not come from a page of this server, so it may change nothing';
      throw new AnswerError('refused', 403, message);
    },
  };
}

async function roleOf(token: string, link: ClusterLink, signal: AbortSignal): Promise<Session['role']> {
  const client = link.clientOf(token);
  try {
    const { role } = await client.getCaller(signal);
    return role === 'read' ? 'read' : 'run';
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    // A coordinator of an earlier version cannot say; it refuses what the token may not do when that is tried.
    if (isUnknownCall(error)) {
      await client.listSweeps(signal);
      return 'run';
    }
    if (error.kind !== 'refused') throw error;
    throw new AnswerError('refused', 403, 'the cluster does not know this token: ask its operator for one', { cause: error });
  } finally {
    client.close();
  }
}

function isUnknownCall({ cause }: ControlError): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === status.UNIMPLEMENTED;
}

function cookiesOf({ cookie = '' }: IncomingHttpHeaders): Map<string, string> {
  const pairs = cookie.split(';').map((pair) => pair.trim().split('=') as [string, string?]);
  return new Map(pairs.map(([name, value = '']) => [name, value]));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function isSame(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(one)), Buffer.from(hashOf(other)));
}
