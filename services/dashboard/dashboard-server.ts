import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { coerceError } from '../shared/errors/coerce-error.ts';
import { ListenError } from '../shared/errors/listen-error.ts';
import { orAborted } from '../shared/lifecycle/abort.ts';
import type { Timing } from '../shared/lifecycle/timing.ts';
import { counterOf, gaugeOf } from '../shared/telemetry/metrics.ts';
import { createServer } from '../shared/toolchain/node-http.ts';
import { AnswerError, answerErrorFrom } from './answer-error.ts';
import type { ClusterLink } from './cluster-link.ts';
import { createAccess } from './http/access.ts';
import { errorBody, fixedHeaders, send } from './http/send.ts';
import type { PageFiles } from './page-files.ts';
import { createRequestAnswers } from './request-answers.ts';
import { createChanges } from './runs/changes.ts';
import { createClusterRows } from './runs/cluster-rows.ts';
import { createRunFolds } from './runs/run-folds.ts';

export interface DashboardSettings extends PageFiles {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly link: ClusterLink;
  readonly timing: Timing;
  readonly signIn: 'link' | 'token';
  readonly openToRead: boolean;
  readonly origins: readonly string[];
  readonly metrics: Registry;
  /** Told of defects, of which strangers are not. */
  readonly defect: (error: Error) => void;
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
/** Of several runs together. Measured: the process has 525 MB right after it has read a log of 100,000. */
const mostExecutions = 200_000;
const lingerMs = 30_000;

/** @throws ListenError */
export async function startDashboard(settings: DashboardSettings): Promise<Dashboard> {
  const { host, link, timing, signIn, files, policy, metrics, defect } = settings;
  const rows = createClusterRows(link, timing);
  const folds = createRunFolds({ link, timing, mostExecutions, lingerMs });
  const changes = createChanges(rows, folds, timing);
  const access = createAccess({ ...settings, port: () => (server.address() as AddressInfo).port }, link, timing);
  const stopping = new AbortController();
  let answered: Record<string, number> = {};
  let opened = (): void => undefined;
  const answer = createRequestAnswers({
    ...{ link, timing, signIn, files, policy, metrics, rows, folds, changes, access },
    stopping: stopping.signal,
    opened: () => opened(),
  });

  gaugeOf(metrics, 'scale_dashboard_pages', 'Pages that are open', [], () => [[{}, changes.pages]]);
  gaugeOf(metrics, 'scale_dashboard_runs_kept', 'Runs whose logs are kept in memory', [], () => [[{}, folds.size]]);
  counterOf(metrics, 'scale_dashboard_requests_total', 'Requests that were answered', ['status'], () =>
    Object.entries(answered).map(([status, count]) => [{ status }, count] as const),
  );

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
      const body = await answer(incoming, response, gone.signal);
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
