import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { coerceError } from '../shared/errors/coerce-error.ts';
import { ListenError } from '../shared/errors/listen-error.ts';
import { onAbort, orAborted } from '../shared/lifecycle/abort.ts';
import type { Timing } from '../shared/lifecycle/timing.ts';
import { counterOf, gaugeOf } from '../shared/telemetry/metrics.ts';
import { createServer } from '../shared/toolchain/node-http.ts';
import { act, actions } from './act.ts';
import type { Asked } from './addresses.ts';
import { AnswerError, answerErrorFrom, notFound } from './answer-error.ts';
import type { ClusterLink } from './cluster-link.ts';
import { createAccess, type Visitor } from './http/access.ts';
import { openEventStream } from './http/event-stream.ts';
import { readJson } from './http/read-json.ts';
import { type Body, errorBody, fixedHeaders, json, send } from './http/send.ts';
import { bundlePaths } from './page-document.ts';
import { createRoutes, sessionAnswer } from './routes.ts';
import { createChanges } from './runs/changes.ts';
import { createClusterRows } from './runs/cluster-rows.ts';
import { createRunFolds } from './runs/run-folds.ts';
import { savedPage } from './saved-page.ts';
import { savedSweepPage } from './saved-sweep-page.ts';

export interface DashboardSettings {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly link: ClusterLink;
  readonly timing: Timing;
  readonly signIn: 'link' | 'token';
  readonly openToRead: boolean;
  readonly origins: readonly string[];
  /** What the page is made of, by path; the one at "/" is the page itself. */
  readonly files: ReadonlyMap<string, StaticFile>;
  /** Of the page: what it may load and do. */
  readonly policy: string;
  readonly metrics: Registry;
  /** Told of defects, of which strangers are not. */
  readonly defect: (error: Error) => void;
}

export interface StaticFile {
  readonly type: string;
  readonly content: string | Buffer;
}

export interface Dashboard {
  /** E.g. "http://127.0.0.1:7080". */
  readonly url: string;
  /** An address that signs in whoever opens it first; each call ends the one before. */
  newLink(): string;
  /** Calls back when a link was used. */
  onOpened(opened: () => void): void;
  stop(forced: AbortSignal): Promise<void>;
}

const requestWithinMs = 30_000;
const mostAhead = 3;
const answerWithinMs = 120_000;
const mostPages = 512;
/** Of several runs together. Measured: the process has 525 MB right after it has read a log of 100,000. */
const mostExecutions = 200_000;
const lingerMs = 30_000;

/** @throws ListenError */
export async function startDashboard(settings: DashboardSettings): Promise<Dashboard> {
  const { host, link, timing, signIn, files, policy, metrics, defect } = settings;
  const rows = createClusterRows(link, timing);
  const folds = createRunFolds({ link, timing, mostExecutions, lingerMs });
  const changes = createChanges(rows, folds, timing);
  const routes = Object.entries(createRoutes({ link, rows, folds, timing })).map(([path, answer]) => ({
    match: matcher(path),
    answer,
  }));
  const savedPaths = [matcher('/api/runs/:run/page'), matcher('/api/sweeps/:sweep/page')];
  const access = createAccess({ ...settings, port: () => (server.address() as AddressInfo).port }, link, timing);
  const stopping = new AbortController();
  let answered: Record<string, number> = {};
  let opened = (): void => undefined;

  gaugeOf(metrics, 'scale_dashboard_pages', 'Pages that are open', [], () => [[{}, changes.pages]]);
  gaugeOf(metrics, 'scale_dashboard_runs_kept', 'Runs whose logs are kept in memory', [], () => [[{}, folds.size]]);
  counterOf(metrics, 'scale_dashboard_requests_total', 'Requests that were answered', ['status'], () =>
    Object.entries(answered).map(([status, count]) => [{ status }, count] as const),
  );

  const mustRead = (visitor: Visitor): void => {
    if (visitor.role !== 'none') return;
    const how = signIn === 'link' ? 'open the link that `scale dashboard` has printed' : 'sign in with a token of the cluster';
    throw new AnswerError('refused', 401, `nobody is signed in: ${how}`);
  };

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
    const stopped = onAbort(stopping.signal, end);
    response.once('close', () => {
      stopped[Symbol.dispose]();
      end();
    });
  };

  const answerTo = async (
    incoming: IncomingMessage,
    response: ServerResponse,
    signal: AbortSignal,
  ): Promise<Body | undefined> => {
    const { pathname, searchParams: query } = urlOf(incoming);
    const { method = 'GET', headers } = incoming;
    if (pathname === '/healthz') return json({ status: stopping.signal.aborted ? 'stopping' : 'ok' });
    if (pathname === '/metrics') return { type: metrics.contentType, text: await metrics.metrics() };
    access.checkHost(headers);
    if (method === 'GET' || method === 'HEAD') {
      const file = files.get(pathname);
      if (file !== undefined) return { type: file.type, text: file.content, headers: { 'content-security-policy': policy } };
      if (pathname === '/open') return openLink(query.get('key') ?? '', headers);
    } else if (method === 'POST' || method === 'DELETE') {
      access.checkOrigin(headers);
    } else {
      throw new AnswerError('bad-input', 405, `${method} is not answered here: GET, POST or DELETE`, {
        headers: { allow: 'GET, POST, DELETE' },
      });
    }
    const visitor = access.visitorOf(headers);
    if (pathname === '/api/session') return await session(incoming, visitor, signal);
    if (!pathname.startsWith('/api/')) throw notFound(`there is no ${pathname} here: the page is at /`);
    mustRead(visitor);
    if (method === 'POST' || method === 'DELETE') return await action(incoming, pathname, visitor, signal);
    if (pathname === '/api/changes') {
      stream(incoming, response, query);
      return undefined;
    }
    const saved = savedPaths.map((match) => match(pathname)).find((words) => words !== undefined);
    return saved === undefined ? await answerAt(pathname, query, visitor, signal) : await save(saved, visitor, signal);
  };

  const answerAt = (pathname: string, query: URLSearchParams, visitor: Visitor, signal: AbortSignal): Promise<Body> => {
    for (const { match, answer } of routes) {
      const words = match(pathname);
      if (words !== undefined) return answer({ visitor, words, query, signal });
    }
    throw notFound(`there is no ${pathname} here: docs/dashboard.md lists what is answered`);
  };

  /** A run or a sweep as one file, of what this server would answer the visitor. */
  const save = async ({ run = '', sweep }: Words, visitor: Visitor, signal: AbortSignal): Promise<Body> => {
    const asked = async <Answer>({ address }: Asked<Answer>): Promise<Answer> => {
      const { pathname, searchParams } = new URL(address, 'http://here');
      if (pathname === '/api/session') return (await sessionAnswer(link, visitor, signIn, signal)) as Answer;
      return JSON.parse(String((await answerAt(pathname, searchParams, visitor, signal)).text)) as Answer;
    };
    const text = (path: string): string => String(files.get(path)?.content ?? '');
    const bundle = { script: text(bundlePaths.script), style: text(bundlePaths.style) };
    const saving = sweep === undefined ? savedPage(bundle, asked, run, signal) : savedSweepPage(bundle, asked, sweep, signal);
    const { html, notes } = await saving;
    const name = (sweep ?? run).replaceAll(/[^\w.-]/g, '_');
    // A file to keep, and no page of this server: its texts are of strangers.
    const headers = {
      'content-disposition': `attachment; filename="${name}.html"`,
      'content-security-policy': 'sandbox',
      [leftOutHeader]: encodeURIComponent(notes.join(' ')),
    };
    return { type: 'text/html; charset=utf-8', text: html, headers };
  };

  const openLink = (key: string, headers: IncomingHttpHeaders): Body => {
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
  };

  const session = async (incoming: IncomingMessage, visitor: Visitor, signal: AbortSignal): Promise<Body> => {
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
  };

  const action = async (incoming: IncomingMessage, pathname: string, visitor: Visitor, signal: AbortSignal): Promise<Body> => {
    const found = actions
      .map(({ path, ...rest }) => ({ words: matcher(path)(pathname), ...rest }))
      .find(({ words }) => words !== undefined);
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

  /** A long log takes seconds to read: those of the newest runs are read before anybody asks for them. */
  const readAhead = async (): Promise<void> => {
    try {
      const { runs } = await rows.read(stopping.signal);
      for (const { runId } of runs.slice(0, mostAhead)) await folds.open(runId, stopping.signal);
    } catch {
      // Whoever asks for one is told what is wrong with it.
    }
  };
  const stopReadingAhead = link.onChange(() => void readAhead());

  const server = createServer((incoming, response) => {
    for (const [name, value] of Object.entries(fixedHeaders)) response.setHeader(name, value);
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort(new Error('the page has hung up'));
      answered = { ...answered, [response.statusCode]: (answered[response.statusCode] ?? 0) + 1 };
    });
    const inTime = timing.after(answerWithinMs, () =>
      gone.abort(new AnswerError('unreachable', 504, 'the answer takes too long')),
    );
    const reply = async (): Promise<void> => {
      const body = await answerTo(incoming, response, gone.signal);
      if (body !== undefined) await send(incoming, response, body);
    };
    reply()
      .catch(async (error: unknown) => {
        if (response.headersSent || response.destroyed) return void response.destroy();
        const why = gone.signal.aborted ? gone.signal.reason : error;
        const told = answerErrorFrom(why);
        if (told === undefined) defect(coerceError(error));
        await send(
          incoming,
          response,
          errorBody(told ?? new AnswerError('defect', 500, 'something broke in the server; its log says what')),
        );
      })
      .catch(() => response.destroy())
      .finally(inTime);
  });
  server.requestTimeout = requestWithinMs;
  server.headersTimeout = requestWithinMs;
  server.listen(settings.port, host);
  await once(server, 'listening').catch((cause: Error) => {
    throw new ListenError(
      'pages cannot be served',
      `${host}:${settings.port}`,
      'name another place, or the port 0 for any free one',
      cause,
    );
  });
  const { port, family, address } = server.address() as AddressInfo;
  void readAhead();
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  return {
    url,
    newLink: () => `${url}/open?key=${access.newKey()}`,
    onOpened: (listener) => {
      opened = listener;
    },
    async stop(forced) {
      stopReadingAhead();
      stopping.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      changes.close();
      await orAborted(Promise.race([closed, timing.sleep(1_000, forced)]), forced).catch(() => undefined);
      server.closeAllConnections();
      await Promise.allSettled([closed, rows.close(), folds.close()]);
    },
  };
}

/** What was left out of a saved page, for the command. */
const leftOutHeader = 'x-scale-left-out';

const signInForm = z.object({ token: z.string() });
const actionForm = z.object({ reason: z.string().max(1_000).default('') });

function urlOf({ url = '/' }: IncomingMessage): URL {
  const parsed = URL.parse(url, 'http://here');
  if (parsed === null) throw new AnswerError('bad-input', 400, 'the address of the request cannot be read');
  return parsed;
}

type Words = Readonly<Record<string, string>>;

/** @param path e.g. "/api/runs/:run" @returns what stands in place of the names; undefined if it is another path */
function matcher(path: string): (pathname: string) => Words | undefined {
  const parts = path.split('/');
  return (pathname) => {
    const given = pathname.split('/');
    if (given.length !== parts.length) return undefined;
    const words: Record<string, string> = {};
    for (const [place, part] of parts.entries()) {
      const text = given[place] ?? '';
      if (part.startsWith(':')) words[part.slice(1)] = decoded(text);
      else if (part !== text) return undefined;
    }
    return words;
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new AnswerError('bad-input', 400, 'the address of the request cannot be read', { cause });
  }
}
