import { request } from 'node:http';
import type { ErrorAnswer } from '../../services/dashboard/api/error-answer.ts';
import { type Dashboard, type DashboardSettings, startDashboard } from '../../services/dashboard/dashboard-server.ts';
import { systemTiming } from '../../services/shared/lifecycle/timing.ts';
import { createMetricsRegistry } from '../../services/shared/telemetry/metrics.ts';

/** A dashboard in this process, with a page of one line. */
export function startTestDashboard(settings: Pick<DashboardSettings, 'link'> & Partial<DashboardSettings>): Promise<Dashboard> {
  return startDashboard({
    ...{ host: '127.0.0.1', port: 0, timing: systemTiming, signIn: 'token', openToRead: true, origins: [] },
    ...{
      files: new Map([['/', { type: 'text/html', content: '<!doctype html><title>page</title>' }]]),
      policy: "default-src 'self'",
    },
    metrics: createMetricsRegistry('dashboard', 'test'),
    defect: (error) => console.error(error),
    ...settings,
  });
}

export interface Told<Answer> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Answer & Partial<ErrorAnswer>;
}

export interface DashboardClient {
  get<Answer = object>(path: string, headers?: Record<string, string>): Promise<Told<Answer>>;
  send<Answer = object>(
    method: 'POST' | 'DELETE',
    path: string,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<Told<Answer>>;
  /** The cookie that the newest answer has set. */
  cookie(): string;
}

/** A browser without a page: it keeps a cookie, and says where it comes from. */
export function dashboardClient(url: string): DashboardClient {
  let cookie = '';
  const ask = async <Answer>(path: string, init: RequestInit): Promise<Told<Answer>> => {
    const headers = { ...(cookie !== '' && { cookie }), ...(init.headers as Record<string, string>) };
    const response = await fetch(`${url}${path}`, { redirect: 'manual', ...init, headers });
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(';')[0] ?? '';
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };
  return {
    get: (path, headers = {}) => ask(path, { headers }),
    send: (method, path, body = {}, headers = {}) =>
      ask(path, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json', origin: url, ...headers } }),
    cookie: () => cookie,
  };
}

/** With a Host header of its own, which fetch does not allow. */
export function statusAs(url: string, path: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const asked = request({ hostname, port, path, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject).end();
  });
}

export interface StreamedEvent {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

/** Events of a stream until enough have come; the stream is then closed. */
export async function eventsOf(
  url: string,
  path: string,
  headers: Record<string, string>,
  isEnough: (events: readonly StreamedEvent[]) => boolean,
): Promise<StreamedEvent[]> {
  const closing = new AbortController();
  const response = await fetch(`${url}${path}`, { headers, signal: closing.signal });
  if (response.body === null || !response.ok) throw new Error(`${path} answered ${response.status}`);
  const events: StreamedEvent[] = [];
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      if (!fields.has('event')) continue;
      events.push({
        event: fields.get('event') ?? '',
        id: fields.get('id') ?? '',
        data: JSON.parse(fields.get('data') ?? 'null'),
      });
    }
    if (isEnough(events)) break;
  }
  closing.abort();
  return events;
}
