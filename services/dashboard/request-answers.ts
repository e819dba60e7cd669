import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { onAbort } from '../shared/lifecycle/abort.ts';
import type { Timing } from '../shared/lifecycle/timing.ts';
import { act, actions } from './act.ts';
import type { Asked } from './addresses.ts';
import { AnswerError, notFound } from './answer-error.ts';
import type { ActionRequest } from './api/action-answer.ts';
import type { Visitor } from './http/access.ts';
import { openEventStream } from './http/event-stream.ts';
import { pathMatcher } from './http/path-matcher.ts';
import { readJson } from './http/read-json.ts';
import { type Body, json } from './http/send.ts';
import type { PageFiles } from './page-files.ts';
import { type AnswerSources, createRoutes, sessionAnswer } from './routes.ts';
import type { Changes } from './runs/changes.ts';
import { savedFile } from './saved-file.ts';
import { answerSession, mustRead, openLink, type SignInParts } from './sign-in.ts';

export interface RequestAnswersParts extends AnswerSources, SignInParts, PageFiles {
  readonly changes: Changes;
  readonly metrics: Registry;
  readonly timing: Timing;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
}

/** @returns what is to be sent; undefined where the response goes on by itself. @throws AnswerError */
export type RequestAnswers = (
  incoming: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
) => Promise<Body | undefined>;

const mostPages = 512;

const actionForm: z.ZodType<ActionRequest> = z.object({ reason: z.string().max(1_000).default('') });

/** Who may ask for what, and who answers it. */
export function createRequestAnswers(parts: RequestAnswersParts): RequestAnswers {
  const { access, changes, files, link, metrics, policy, rows, signIn, stopping, timing } = parts;
  const routes = Object.entries(createRoutes(parts)).map(([path, answer]) => ({ match: pathMatcher(path), answer }));
  const steps = actions.map(({ path, action }) => ({ match: pathMatcher(path), action }));
  const savedPaths = [pathMatcher('/api/runs/:run/page'), pathMatcher('/api/sweeps/:sweep/page')];

  const stream = (incoming: IncomingMessage, response: ServerResponse, query: URLSearchParams): void => {
    if (changes.pages >= mostPages) {
      throw new AnswerError('unreachable', 503, `${mostPages} pages are open: close one`, { headers: { 'retry-after': '30' } });
    }
    const after = incoming.headers['last-event-id'];
    const sink = openEventStream(response, timing);
    const subscription = changes.subscribe({ run: query.get('run') ?? undefined }, after?.toString(), sink);
    const end = (): void => {
      subscription[Symbol.dispose]();
      sink[Symbol.dispose]();
    };
    const stopped = onAbort(stopping, end);
    response.once('close', () => {
      stopped[Symbol.dispose]();
      end();
    });
  };

  const answerAt = (pathname: string, query: URLSearchParams, visitor: Visitor, signal: AbortSignal): Promise<Body> => {
    for (const { match, answer } of routes) {
      const words = match(pathname);
      if (words !== undefined) return answer({ visitor, words, query, signal });
    }
    throw notFound(`there is no ${pathname} here: docs/dashboard.md lists what is answered`);
  };

  /** What this server would answer the visitor, as a page reads it. */
  const askedBy =
    (visitor: Visitor, signal: AbortSignal) =>
    async <Answer>({ address }: Asked<Answer>): Promise<Answer> => {
      const { pathname, searchParams } = new URL(address, 'http://here');
      if (pathname === '/api/session') return (await sessionAnswer(link, visitor, signIn, signal)) as Answer;
      return JSON.parse(String((await answerAt(pathname, searchParams, visitor, signal)).text)) as Answer;
    };

  const takeAction = async (
    incoming: IncomingMessage,
    pathname: string,
    visitor: Visitor,
    signal: AbortSignal,
  ): Promise<Body> => {
    const found = steps.map(({ match, action }) => ({ words: match(pathname), action })).find(({ words }) => words !== undefined);
    if (found?.words === undefined || incoming.method !== 'POST')
      throw notFound(`there is no ${incoming.method} ${pathname} here`);
    if (visitor.role !== 'run') {
      const how = visitor.isSignedIn
        ? 'your token may only look: sign in with one that has the role run'
        : 'sign in with a token that has the role run';
      throw new AnswerError('refused', visitor.isSignedIn ? 403 : 401, `this needs the role run; ${how}`);
    }
    const { reason } = await readJson(incoming, actionForm);
    const state = await act(visitor, found.action, { id: found.words.id ?? '', reason }, signal);
    rows.lookNow();
    return json({ state });
  };

  return async (incoming, response, signal) => {
    const { pathname, searchParams: query } = urlOf(incoming);
    const { method = 'GET', headers } = incoming;
    if (pathname === '/healthz') return json({ status: stopping.aborted ? 'stopping' : 'ok' });
    if (pathname === '/metrics') return { type: metrics.contentType, text: await metrics.metrics() };
    access.checkHost(headers);
    if (method === 'GET' || method === 'HEAD') {
      const file = files.get(pathname);
      if (file !== undefined) return { type: file.type, text: file.content, headers: { 'content-security-policy': policy } };
      if (pathname === '/open') return openLink(query.get('key') ?? '', headers, parts);
    } else if (method === 'POST' || method === 'DELETE') {
      access.checkOrigin(headers);
    } else {
      throw new AnswerError('bad-input', 405, `${method} is not answered here: GET, POST or DELETE`, {
        headers: { allow: 'GET, POST, DELETE' },
      });
    }
    const visitor = access.visitorOf(headers);
    if (pathname === '/api/session') return await answerSession(incoming, visitor, parts, signal);
    if (!pathname.startsWith('/api/')) throw notFound(`there is no ${pathname} here: the page is at /`);
    mustRead(visitor, signIn);
    if (method === 'POST' || method === 'DELETE') return await takeAction(incoming, pathname, visitor, signal);
    if (pathname === '/api/changes') {
      stream(incoming, response, query);
      return undefined;
    }
    const saved = savedPaths.map((match) => match(pathname)).find((words) => words !== undefined);
    if (saved !== undefined) return await savedFile(saved, files, askedBy(visitor, signal), signal);
    return await answerAt(pathname, query, visitor, signal);
  };
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  const parsed = URL.parse(url, 'http://here');
  if (parsed === null) throw new AnswerError('bad-input', 400, 'the address of the request cannot be read');
  return parsed;
}
