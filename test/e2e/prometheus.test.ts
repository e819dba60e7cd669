import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { healthIn } from '../../services/cli/bench/failed-attempts.ts';
import { clusterProcesses } from '../support/cluster/local-run.ts';
import { alertRules, alertsFile, dashboardExpressions, withoutThreshold } from '../support/monitoring/monitoring.ts';
import {
  findPrometheus,
  lintMetrics,
  startPrometheus,
  type TestPrometheus,
  withPrometheus,
} from '../support/monitoring/prometheus.ts';
import { type CliRun, startCli } from '../support/run-cli.ts';

const programs = findPrometheus() ?? { prometheus: '', promtool: '' };
const services = ['coordinator', 'predictor', 'executor-1', 'executor-2'];
const withinMs = 60_000;

let folder: string;
let command: CliRun;
let urls: Map<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-scraped-'));
  const file = join(folder, 'scraped.yaml');
  // Long enough to be asked about, since it is ended when all is answered.
  await writeFile(
    file,
    `name: scraped
seed: 3
benchmark: { name: sample, limit: 40 }
search: { max_rounds: 200, convergence: off, token_budget: 50000000 }
evaluation: { method: full }
cluster: { executors: 2, slots: 4 }
prices: { models: { qwen-plus: { input: 1, output: 2 }, qwen3-8b: { input: 3, output: 4 } } }
`,
  );
  command = startCli(['run', file, '--data-dir', join(folder, 'data'), '--json'], {
    environment: { SCALE_SIMULATOR_FIRST_TOKEN_MS: '60' },
  });
  urls = await addressesOf(join(folder, 'data/logs'));
});
afterAll(async () => {
  command?.child.kill('SIGINT');
  await command?.ended;
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(programs.prometheus === '')(`a real Prometheus that scrapes a run${withPrometheus}`, () => {
  let prometheus: TestPrometheus;

  beforeAll(async () => {
    const addresses = (...names: string[]) => names.map((name) => new URL(urls.get(name) ?? '').host);
    const targets = {
      coordinator: addresses('coordinator'),
      predictor: addresses('predictor'),
      executor: addresses('executor-1', 'executor-2'),
    };
    prometheus = await startPrometheus(programs.prometheus, targets, alertsFile);
  });
  afterAll(async () => {
    await prometheus?.[Symbol.asyncDispose]();
  });

  it('gets a number for every expression of the dashboard and of the alerts', async () => {
    const wanted = new Map<string, string>([
      ...dashboardExpressions().map(([title, expression]): [string, string] => [`${title}: ${expression}`, expression]),
      ...alertRules().map(({ alert, expr }): [string, string] => [`${alert}: ${expr}`, withoutThreshold(expr)]),
    ]);
    expect(wanted.size).toBeGreaterThan(60);
    const open = new Map(wanted);
    for (const startedMs = performance.now(); open.size > 0 && performance.now() - startedMs < withinMs; await sleep(500)) {
      for (const [name, expression] of open) {
        if ((await prometheus.query(expression)).some(Number.isFinite)) open.delete(name);
      }
    }
    expect([...open.keys()]).toEqual([]);
    expect(await prometheus.query('scale_of_nothing')).toEqual([]);
  });

  it('finds nothing to blame in what any service says', async () => {
    for (const name of services) {
      const page = await (await fetch(`${urls.get(name)}/metrics`)).text();
      expect(page).toContain('scale_build_info');
      expect(await lintMetrics(programs.promtool, page), name).toBe('');
    }
    expect(await lintMetrics(programs.promtool, '# TYPE scale_calls counter\nscale_calls 1\n')).toMatch(/_total/);
  });

  it('sees the coordinator gone, and who it was, once that is so', async () => {
    const firing = () => expect.poll(() => prometheus.firing(), { timeout: withinMs, interval: 500 });
    await firing().not.toContain('ScaleNoCoordinator');
    const [coordinator = 0] = (await clusterProcesses(command.child.pid ?? 0)).get('coordinator') ?? [];
    // It is not dead, or another would be started at once.
    process.kill(coordinator, 'SIGSTOP');
    try {
      await firing().toEqual(expect.arrayContaining(['ScaleNoCoordinator', 'ScaleServiceDown']));
    } finally {
      process.kill(coordinator, 'SIGCONT');
    }
    await firing().not.toContain('ScaleNoCoordinator');
  });
});

it('scale doctor --server finds the deployment well, and says what it looked at', async () => {
  const file = join(folder, 'data/cluster.json');
  await expect.poll(() => readFile(file, 'utf8').catch(() => ''), { timeout: withinMs }).not.toBe('');
  const record = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  const { controlAddress = '', controlToken = '' } = record;
  const doctor = (token: string) =>
    startCli(['doctor', '--server', controlAddress, '--json'], { environment: { SCALE_CONTROL_TOKEN: token } }).ended;
  const answer = async () => {
    const { stdout, code } = await doctor(controlToken);
    return { code, ...(JSON.parse(stdout) as { healthy: boolean; checks: { name: string; status: string; found: string }[] }) };
  };
  let last = await answer();
  const wrong = async () => {
    last = await answer();
    return last.checks.flatMap(({ name, status }) => (status === 'ok' ? [] : `${status}: ${name}`));
  };
  // A coordinator that has just begun may not have heard of all workers yet.
  await expect.poll(wrong, { timeout: withinMs, interval: 1_000 }).toEqual([]);
  const { code, healthy, checks } = last;
  expect([code, healthy]).toEqual([0, true]);
  const names = checks.map(({ name, found }) => `${name}: ${found}`).join('\n');
  expect(names).toMatch(/^coordinator: .*nats-server 2\./m);
  expect(names).toMatch(/^streams: 15, as they should be/m);
  expect(names).toMatch(/^executors: 2 with 8 slots$/m);
  expect(names).toMatch(/^executor-?\S*: calls http:/m);
  expect(names).toMatch(/^run scraped\S*: led by this coordinator$/m);
  expect((await doctor('another token entirely')).code).not.toBe(0);
});

/** Where each service says in its log that its metrics are. */
async function addressesOf(logs: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const startedMs = performance.now(); found.size < services.length && performance.now() - startedMs < withinMs; ) {
    for (const name of services) {
      const log = await readFile(join(logs, `${name}.log`), 'utf8').catch(() => '');
      if (log.includes('"health":"') && log.endsWith('\n')) found.set(name, healthIn(log));
    }
    await sleep(100);
  }
  return found;
}
