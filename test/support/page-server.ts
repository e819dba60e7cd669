import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Change } from '../../services/dashboard/api/change.ts';
import type { ErrorAnswer } from '../../services/dashboard/api/error-answer.ts';
import type { PageBundle } from '../../services/dashboard/build-page.ts';
import { bundlePaths, servedPage, servedPolicy } from '../../services/dashboard/page-document.ts';
import type { Answers } from './made-up-answers.ts';

/** A server of the dashboard's page that has its answers in memory and nothing behind them. */
export interface PageServer extends AsyncDisposable {
  readonly url: string;
  answers: Answers;
  /** In place of every answer, and the status it comes with. */
  refusal: (ErrorAnswer & { readonly status: number }) | undefined;
  /** What was asked of it, in order. */
  readonly actions: { readonly path: string; readonly body: unknown }[];
  /** The Last-Event-ID of each stream, "" for none. */
  readonly streams: string[];
  tell(change: Change): void;
  /** Ends the streams: pages come back by themselves. */
  hangUp(): void;
}

export async function startPageServer(bundle: PageBundle, answers: Answers): Promise<PageServer> {
  const open = new Set<ServerResponse>();
  let event = 0;
  const served: Omit<PageServer, 'url' | typeof Symbol.asyncDispose> = {
    ...{ answers, refusal: undefined, actions: [], streams: [] },
    tell: (change) => {
      event += 1;
      for (const stream of open) stream.write(`id: ${event}\nevent: change\ndata: ${JSON.stringify(change)}\n\n`);
    },
    hangUp: () => {
      for (const stream of open) stream.end();
    },
  };
  const isAction = /\/(pause|resume|cancel)$/;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://page.invalid');
    const send = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': servedPolicy }).end(body);
    if (pathname === '/') return send(200, 'text/html', servedPage());
    if (pathname === bundlePaths.script) return send(200, 'text/javascript', bundle.script);
    if (pathname === bundlePaths.style) return send(200, 'text/css', bundle.style);
    if (served.refusal !== undefined) return send(served.refusal.status, 'application/json', JSON.stringify(served.refusal));
    if (pathname === '/api/changes') {
      served.streams.push(String(request.headers['last-event-id'] ?? ''));
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write('retry: 50\n\n');
      open.add(response);
      response.on('close', () => open.delete(response));
      return;
    }
    if (request.method !== 'GET') {
      const parts = await request.toArray();
      served.actions.push({ path: pathname, body: JSON.parse(Buffer.concat(parts).toString() || '{}') });
      return send(200, 'application/json', JSON.stringify({ state: isAction.exec(pathname)?.[1] ?? 'done' }));
    }
    const answer = served.answers.get(pathname + search);
    if (answer !== undefined) return send(200, 'application/json', JSON.stringify(answer));
    const missing: ErrorAnswer = { error: { kind: 'not-found', message: `there is nothing at ${pathname}` } };
    return send(404, 'application/json', JSON.stringify(missing));
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(served, {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
