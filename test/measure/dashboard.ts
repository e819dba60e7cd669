/**
 * How long the dashboard's answers about a large run take, and what a page that is open costs a live run.
 *
 *   node test/measure/dashboard.ts [--executions 100000] [--browser] [--live 0] [--queries 60] [--pairs 3]
 *
 * The first is a finished run of 20 rounds, made up on a real nats-server, and read by a cluster and a dashboard as users
 * start them: each answer cold (the log is not read yet) and again; with --browser, besides, until the run's page is drawn in
 * Chromium, cold too, from a dashboard that was just started. With --live N, a run of N executions is searched in pairs, by
 * turns without and with a page that follows it and asks for what changes, as a browser does; CPU is that of each process of
 * the cluster and of the dashboard, by result, between the first tenth of the results and the last, as the log dates them.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { writeMadeUpBenchmark } from '../../services/cli/bench/made-up-benchmark.ts';
import { dataFolderAt } from '../../services/cli/cluster/data-folder.ts';
import type { Change } from '../../services/dashboard/api/change.ts';
import type { RunsAnswer } from '../../services/dashboard/api/run-row.ts';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import { connectBus } from '../../services/shared/messaging/nats-bus.ts';
import { findNatsServer } from '../../services/shared/toolchain/find-nats-server.ts';
import { startNatsServer } from '../../services/shared/toolchain/nats-process.ts';
import { openBrowser } from '../support/browser.ts';
import { storeLargeRun } from '../support/cluster/large-run.ts';
import { dashboardClient, eventsOf } from '../support/dashboard-client.ts';
import { isDrawn, msUntilDrawn } from '../support/page-drawn.ts';

const { values } = parseArgs({
  options: {
    executions: { type: 'string', default: '100000' },
    browser: { type: 'boolean', default: false },
    live: { type: 'string', default: '0' },
    queries: { type: 'string', default: '60' },
    pairs: { type: 'string', default: '3' },
  },
});
const scale = join(import.meta.dirname, '../../services/cli/scale.ts');
const root = await mkdtemp(join(tmpdir(), 'scale-measure-'));

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly link: string;
}

async function startDashboard(folder: string): Promise<Started> {
  const child = spawn(process.execPath, [scale, 'dashboard', '--json', '--data-dir', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (/\n}\n/.test(text)) break;
  }
  return { child, ...(JSON.parse(text) as Omit<Started, 'child'>) };
}

async function stop({ child }: Pick<Started, 'child'>): Promise<void> {
  child.kill('SIGINT');
  await once(child, 'exit');
}

type Opened = Started & { readonly client: ReturnType<typeof dashboardClient> };

/** A dashboard that somebody has signed in to, and that has found its cluster. */
async function openDashboard(folder: string): Promise<Opened> {
  const dashboard = await startDashboard(folder);
  const client = dashboardClient(dashboard.url);
  await client.get(dashboard.link.slice(dashboard.url.length));
  while ((await client.get('/api/session')).body.error !== undefined || (await client.get('/api/workers')).status !== 200)
    await sleep(250);
  return { ...dashboard, client };
}

async function drawn(folder: string, runId: string): Promise<void> {
  const browser = await openBrowser();
  const dashboard = await openDashboard(folder);
  try {
    const [name = '', value = ''] = dashboard.client.cookie().split('=', 2);
    const cookies = [{ name, value, url: dashboard.url }];
    for (const turn of ['cold', 'again']) {
      const ms = Math.round(await msUntilDrawn(browser, `${dashboard.url}#/runs/${runId}`, isDrawn.run, cookies));
      console.log(`${turn.padEnd(5)} ${String(ms).padStart(6)} ms until the run's page is drawn in Chromium`);
    }
  } finally {
    await stop(dashboard);
    await browser.close();
  }
}

async function answers(): Promise<void> {
  const folder = join(root, 'large');
  const { runId, rounds, query } = await storeLargeRun(folder, Number(values.executions));
  const paths = [
    `/api/runs/${runId}`,
    `/api/runs/${runId}/matrix`,
    `/api/runs/${runId}/rounds/${rounds}`,
    `/api/runs/${runId}/rounds/1/executions?limit=1000`,
    `/api/runs/${runId}/executions?round=1&query=${query}`,
    '/api/runs',
  ];
  const dashboard = await openDashboard(folder);
  const { client } = dashboard;
  for (const turn of ['cold', 'again']) {
    for (const path of paths) {
      const began = performance.now();
      const { status, body } = await client.get(path);
      const ms = Math.round(performance.now() - began);
      console.log(
        `${turn.padEnd(5)} ${String(ms).padStart(6)} ms ${status} ${String(JSON.stringify(body).length).padStart(9)} characters  ${path}`,
      );
    }
  }
  await stop(dashboard);
  if (values.browser) await drawn(folder, runId);
}

/** Seconds of processor time of a process and of all that come from it, by what they are. */
async function cpuOf(pid: number): Promise<ReadonlyMap<string, number>> {
  const ticks = 100;
  const stats = new Map<number, { readonly parent: number; readonly seconds: number }>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const text = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    if (fields.length > 13)
      stats.set(Number(entry), { parent: Number(fields[1]), seconds: (Number(fields[11]) + Number(fields[12])) / ticks });
  }
  const isUnder = (each: number): boolean => each === pid || (stats.has(each) && isUnder(stats.get(each)?.parent ?? 0));
  const byName = new Map<string, number>();
  for (const [each, { seconds }] of stats) {
    if (!isUnder(each)) continue;
    const name = await nameOf(each);
    byName.set(name, (byName.get(name) ?? 0) + seconds);
  }
  return byName;
}

/** "coordinator", "nats-server", …; "command" for what started them. */
async function nameOf(pid: number): Promise<string> {
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
  const service = words.map((word) => /services\/(\w+)\/main/.exec(word)?.[1]).find((found) => found !== undefined);
  return service ?? (words[0]?.endsWith('nats-server') ? 'nats-server' : 'command');
}

/** Of a round. With more, fewer rounds and more results a second. */
const queries = Number(values.queries);

interface Sample {
  readonly atMs: number;
  readonly cpu: ReadonlyMap<string, number>;
}

/** Milliseconds of processor time by result of a search, during which nothing but the page asks the dashboard. */
async function searchCost(isWatched: boolean, turn: number): Promise<number> {
  const folder = join(root, `live-${turn}-${isWatched}`);
  const file = join(root, 'live.yaml');
  const rounds = Math.ceil(Number(values.live) / queries);
  // Without a rule that ends it early: it is measured up to a round near its last.
  const search = `search: { max_rounds: ${rounds}, convergence: off }`;
  await writeMadeUpBenchmark(root, queries);
  const lines = ['name: live', `seed: ${turn}`, 'benchmark: sums.yaml', 'preset: aflow', 'cluster: { slots: 64 }', search];
  await writeFile(file, [...lines, 'evaluation: { method: full, warm_up_rounds: 0 }', ''].join('\n'));
  const words = ['run', file, '--json', '--data-dir', folder, '--executors', '1'];
  const command = spawn(process.execPath, [scale, ...words], { stdio: 'ignore' });
  const over = new AbortController();
  const ended = once(command, 'exit').finally(() => over.abort());
  const dashboard = await startDashboard(folder);
  const client = dashboardClient(dashboard.url);
  await client.get(dashboard.link.slice(dashboard.url.length));
  let runId: string | undefined;
  while (runId === undefined && !over.signal.aborted) {
    await sleep(250);
    runId = (await client.get<RunsAnswer>('/api/runs')).body.runs?.[0]?.runId;
  }
  const traffic = isWatched ? look(dashboard.url, client.cookie(), runId ?? '', over.signal) : undefined;
  const samples: Sample[] = [];
  while (!over.signal.aborted) {
    const [cluster = new Map(), pages = new Map()] = await Promise.all([command.pid ?? 0, dashboard.child.pid ?? 0].map(cpuOf));
    const ofPages = [...pages.values()].reduce((sum, seconds) => sum + seconds, 0);
    samples.push({ atMs: Date.now(), cpu: new Map([...cluster, ['dashboard', ofPages]]) });
    await sleep(500, undefined, { signal: over.signal }).catch(() => undefined);
  }
  await ended;
  await stop(dashboard);
  const logged = await executionsLogged(folder, runId ?? '');
  const by = (atMs: number) => logged.reduce((sum, each) => sum + (each.timeMs <= atMs ? each.count : 0), 0);
  const all = by(Number.POSITIVE_INFINITY);
  const before = samples.find(({ atMs }) => by(atMs) >= all / 10);
  const after = samples.findLast(({ atMs }) => by(atMs) <= (9 * all) / 10);
  if (before === undefined || after === undefined || after.atMs <= before.atMs) throw new Error('the run was too short');
  const results = by(after.atMs) - by(before.atMs);
  const costs = [...after.cpu].map(
    ([name, seconds]) => [name, (1_000 * (seconds - (before.cpu.get(name) ?? 0))) / results] as const,
  );
  const rate = (1_000 * results) / (after.atMs - before.atMs);
  const of = costs.map(([name, ms]) => `${name} ${ms.toFixed(3)}`).join(', ');
  const heard =
    traffic === undefined ? '' : `; the page: ${traffic.changes} changes, ${traffic.reads} reads, ${traffic.bytes} bytes`;
  console.log(
    `${isWatched ? 'with a page' : 'without'}: ${rate.toFixed(0)} results a second; of CPU a result, in ms: ${of}${heard}`,
  );
  return costs.reduce((sum, [, ms]) => sum + ms, 0);
}

/** When executions came into the log, of a run whose cluster has gone. */
async function executionsLogged(
  folder: string,
  runId: string,
): Promise<readonly { readonly timeMs: number; readonly count: number }[]> {
  const { path: binary } = await findNatsServer({ environment: process.env });
  await using server = await startNatsServer({ binary, storeFolder: dataFolderAt(folder).nats });
  const bus = await connectBus({ servers: [server.url], name: 'measure', logger: pino({ level: 'silent' }) });
  const logged: { timeMs: number; count: number }[] = [];
  for await (const { timeMs, entry } of bus.log.read(runId, { after: 0, follow: false }, AbortSignal.timeout(60_000))) {
    const { event } = decodeEvent(entry);
    if (event.kind === 'executions-completed') logged.push({ timeMs, count: event.outcomes.length });
  }
  await bus.close();
  return logged;
}

interface Traffic {
  changes: number;
  reads: number;
  /** Of answers, as they come over the wire or, packed, a little more. */
  bytes: number;
}

/** As a page does: it reads a run again whenever its revision is another one, but not twice at once. */
function look(url: string, cookie: string, runId: string, over: AbortSignal): Traffic {
  const traffic = { changes: 0, reads: 0, bytes: 0 };
  let seen = '';
  let read = '';
  let isReading = false;
  const headers = { cookie, 'accept-encoding': 'gzip' };
  const readOn = async (): Promise<void> => {
    if (isReading) return;
    isReading = true;
    while (read !== seen && !over.aborted) {
      read = seen;
      traffic.reads += 1;
      const answer = await fetch(`${url}/api/runs/${runId}`, { headers });
      traffic.bytes += Number(answer.headers.get('content-length'));
      await answer.text();
    }
    isReading = false;
  };
  void eventsOf(url, `/api/changes?run=${runId}`, headers, (events) => {
    traffic.changes = events.length;
    seen = (events.at(-1)?.data as Change | undefined)?.run?.revision ?? seen;
    readOn().catch(() => undefined);
    return over.aborted;
  }).catch(() => undefined);
  return traffic;
}

try {
  if (Number(values.executions) > 0) await answers();
  if (Number(values.live) > 0) {
    const ratios: number[] = [];
    for (let turn = 1; turn <= Number(values.pairs); turn += 1) {
      const order = turn % 2 === 0 ? [true, false] : [false, true];
      const costs = new Map<boolean, number>();
      for (const isWatched of order) costs.set(isWatched, await searchCost(isWatched, turn));
      const [without = 0, watched = 0] = [costs.get(false), costs.get(true)];
      ratios.push(watched / without);
      console.log(
        `pair ${turn}: ${without.toFixed(3)} ms of CPU a result without a page, ${watched.toFixed(3)} with one, ratio ${(watched / without).toFixed(3)}`,
      );
    }
    console.log(`median ratio ${ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)]?.toFixed(3)}`);
  }
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}
