import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { ListenError } from '../errors/listen-error.ts';
import { createServer } from '../toolchain/node-http.ts';
import { orAborted, within } from './abort.ts';
import type { ServiceState } from './run-service.ts';
import { systemTiming } from './timing.ts';

/** Rejects if what the service depends on is unavailable, e.g. `bus.check`. */
export type ReadinessCheck = (signal: AbortSignal) => Promise<void>;

export interface HealthServerSettings {
  readonly host: string;
  /** 0: any free one, see `url`. */
  readonly port: number;
  readonly state: () => ServiceState;
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  /** For all checks of one request together; Kubernetes has a limit of its own. */
  readonly checkWithinMs: number;
  readonly metrics: Registry;
}

export interface HealthServer extends AsyncDisposable {
  /** E.g. "http://127.0.0.1:9102". */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * - `/livez`: the event loop is running. It checks nothing else, or an outage of NATS would restart every service at once.
 * - `/readyz`: the state is `running` and every check passes; 503 with the reasons otherwise.
 * - `/metrics`: for Prometheus.
 */
export async function startHealthServer(settings: HealthServerSettings): Promise<HealthServer> {
  const server = createServer((request, response) => {
    respond(request, settings).then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, { status: 500, text: error instanceof Error ? error.message : String(error) }),
    );
  });
  server.listen(settings.port, settings.host);
  await once(server, 'listening').catch((cause: Error) => {
    const place = `${settings.host}:${settings.port}`;
    const remedy = 'give each service its own SCALE_HEALTH_HOST and SCALE_HEALTH_PORT; port 0 takes any free one';
    throw new ListenError('probes cannot be served', place, remedy, cause);
  });
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return { url: `http://${host}:${port}`, stop, [Symbol.asyncDispose]: stop };
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly type?: string;
}

async function respond(request: IncomingMessage, settings: HealthServerSettings): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, text: 'only GET and HEAD\n' };
  switch (new URL(request.url ?? '/', 'http://health').pathname) {
    case '/livez':
      return { status: 200, text: 'ok\n' };
    case '/readyz':
      return reportReadiness(settings);
    case '/metrics':
      return { status: 200, text: await settings.metrics.metrics(), type: settings.metrics.contentType };
    default:
      return { status: 404, text: 'not found; there are /livez, /readyz and /metrics\n' };
  }
}

async function reportReadiness({ state, checks, checkWithinMs }: HealthServerSettings): Promise<Answer> {
  using limit = within(systemTiming, checkWithinMs);
  const { signal } = limit;
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check, signal, checkWithinMs)] as const),
  );
  const ready = state() === 'running' && results.every(([, result]) => result === 'ok');
  const report = { ready, state: state(), checks: Object.fromEntries(results) };
  return { status: ready ? 200 : 503, text: `${JSON.stringify(report)}\n`, type: 'application/json' };
}

async function runCheck(check: ReadinessCheck, signal: AbortSignal, withinMs: number): Promise<string> {
  try {
    // The limit also holds for a check that ignores its signal.
    await orAborted(check(signal), signal);
    return 'ok';
  } catch (error) {
    if (signal.aborted) return `no answer within ${withinMs} ms`;
    return error instanceof Error ? error.message : String(error);
  }
}

function send(response: ServerResponse, { status, text, type = 'text/plain; charset=utf-8' }: Answer): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(text);
}
