import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { z } from 'zod';
import { AnswerError } from './answer-error.ts';
import type { SignIn } from './api/session-answer.ts';
import type { ClusterLink } from './cluster-link.ts';
import type { DashboardAccess, Visitor } from './http/access.ts';
import { readJson } from './http/read-json.ts';
import { type Body, json } from './http/send.ts';
import { sessionAnswer } from './routes.ts';

export interface SignInParts {
  readonly access: DashboardAccess;
  readonly link: ClusterLink;
  readonly signIn: 'link' | 'token';
  /** A link was used. */
  readonly opened: () => void;
}

/** @throws AnswerError for who may not even look */
export function mustRead(visitor: Visitor, signIn: 'link' | 'token'): void {
  if (visitor.role !== 'none') return;
  const how = signIn === 'link' ? 'open the link that `scale dashboard` has printed' : 'sign in with a token of the cluster';
  throw new AnswerError('refused', 401, `nobody is signed in: ${how}`);
}

/** What GET /open answers. */
export function openLink(key: string, headers: IncomingHttpHeaders, { access, opened }: SignInParts): Body {
  const cookie = access.open(key);
  if (cookie === undefined) {
    const type = 'text/plain; charset=utf-8';
    // A browser that is signed in, as by the same link: people reload it, and browsers open it again with their tabs.
    if (access.visitorOf(headers).isSignedIn) return { type, text: '', status: 303, headers: { location: '/' } };
    // A person reads it, and no page.
    const text =
      'This link was used, or is not the newest one: `scale dashboard` prints another one each time that one is used.\n';
    return { type, text, status: 403 };
  }
  opened();
  return { type: 'text/plain', text: '', status: 303, headers: { location: '/', 'set-cookie': cookie } };
}

const signInForm: z.ZodType<SignIn> = z.object({ token: z.string() });

/** What /api/session answers: POST signs in, DELETE signs out, GET tells who asks. */
export async function answerSession(
  incoming: IncomingMessage,
  visitor: Visitor,
  { access, link, signIn }: SignInParts,
  signal: AbortSignal,
): Promise<Body> {
  if (incoming.method === 'POST') {
    const { token } = await readJson(incoming, signInForm);
    const cookie = await access.signIn(token, incoming.headers, signal);
    const now = access.visitorOf({ ...incoming.headers, cookie: cookie.split(';')[0] });
    return json(await sessionAnswer(link, now, signIn, signal), { headers: { 'set-cookie': cookie } });
  }
  if (incoming.method === 'DELETE') {
    const cookie = access.signOut(incoming.headers);
    const now = access.visitorOf({});
    return json(await sessionAnswer(link, now, signIn, signal), { headers: { 'set-cookie': cookie } });
  }
  return json(await sessionAnswer(link, visitor, signIn, signal));
}
