import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type ChildService, mainOf, startChildService } from '../../../services/cli/cluster/child-service.ts';
import type { Change } from '../../../services/dashboard/api/change.ts';
import type { CompareAnswer } from '../../../services/dashboard/api/compare-answer.ts';
import type { ExecutionRowsAnswer, ExecutionsAnswer, MatrixAnswer } from '../../../services/dashboard/api/execution-answers.ts';
import type { RoundAnswer } from '../../../services/dashboard/api/round-answer.ts';
import type { RunAnswer } from '../../../services/dashboard/api/run-answer.ts';
import type { RunsAnswer } from '../../../services/dashboard/api/run-row.ts';
import type { SessionAnswer } from '../../../services/dashboard/api/session-answer.ts';
import type { SweepAnswer, SweepReportAnswer, SweepsAnswer } from '../../../services/dashboard/api/sweep-answers.ts';
import type { TimelineAnswer } from '../../../services/dashboard/api/timeline-answer.ts';
import type { WhyAnswer } from '../../../services/dashboard/api/why-answer.ts';
import type { WorkersAnswer } from '../../../services/dashboard/api/workers-answer.ts';
import type { Dashboard } from '../../../services/dashboard/dashboard-server.ts';
import { openClusterLink } from '../../../services/dashboard/open-cluster-link.ts';
import { findChromium, openBrowser } from '../../support/browser.ts';
import { dashboardClient, eventsOf, startTestDashboard } from '../../support/dashboard-client.ts';
import { startTestNatsServer, type TestNatsServer } from '../../support/nats-server.ts';
import { goTo, watchMisdeeds } from '../../support/page-views.ts';
import { type CliRun, startCli } from '../../support/run-cli.ts';

// A real coordinator with tokens of two roles, workers and a simulated model; a run that has ended, a sweep, and a live run.

const never = new AbortController().signal;
const tokenOf = (role: string) => `planted-token-with-the-role-${role}`;
const services: ChildService[] = [];
let folder: string;
let nats: TestNatsServer;
let coordinator: ChildService;
let address: string;
let models: string;
let dashboard: Dashboard;
let finished: string;
let close = async (): Promise<void> => undefined;

async function start(name: string, own: Record<string, string>): Promise<ChildService> {
  const environment = {
    ...{ PATH: process.env.PATH ?? '', SCALE_NATS_URL: nats.url, SCALE_HEALTH_PORT: '0', SCALE_PARENT_LEASH: 'ipc' },
    ...{ SCALE_LEASE_TTL_MS: '1000', SCALE_DRAIN_MS: '2000', ...own },
  };
  return await startChildService({ name, script: mainOf(name), logFile: join(folder, `${name}.log`), environment }, never);
}

const startCoordinator = (port: string) =>
  start('coordinator', { SCALE_CONTROL_PORT: port, SCALE_CONTROL_TOKENS_FILE: join(folder, 'tokens.yaml') });

function scale(...words: readonly string[]): CliRun {
  return startCli([...words, '--server', address], { environment: { SCALE_CONTROL_TOKEN: tokenOf('run') } });
}

/** What each run file here begins with, and each sweep's base. @param rest more lines */
const settings = (rest: string): string => {
  const model = (what: string) => `  ${what}: { model: qwen3-8b, endpoint: here }\n`;
  const endpoints = `endpoints:\n  here: { base_url: "${models}", max_concurrency: 16 }\n`;
  return `benchmark: sample\nmodels:\n${model('executor')}${model('optimizer')}${endpoints}${rest}\n`;
};

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, `${name}.yaml`), text);
  return join(folder, `${name}.yaml`);
}

const data = (): readonly string[] => ['--json', '--data-dir', join(folder, 'data')];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-dashboard-'));
  nats = await startTestNatsServer();
  const hash = createHash('sha256').update(tokenOf('run')).digest('hex');
  await writeFile(
    join(folder, 'tokens.yaml'),
    `- { name: reader, role: read, token: ${tokenOf('read')} }\n- { name: runner, role: run, sha256: ${hash} }\n`,
  );
  coordinator = await startCoordinator('0');
  address = `127.0.0.1:${new URL(`http://${coordinator.addresses.control}`).port}`;
  services.push(
    await start('simulator', { SCALE_SIMULATOR_PORT: '0', SCALE_SIMULATOR_FIRST_TOKEN_MS: '20' }),
    await start('executor', {}),
    await start('predictor', {}),
  );
  models = services[0]?.addresses.models ?? '';
  const link = openClusterLink({ address, token: tokenOf('read'), kind: 'server', name: address });
  dashboard = await startTestDashboard({ link });
  close = async () => {
    await dashboard.stop(AbortSignal.abort());
    link.close();
  };
  const own = `name: finished\nseed: 3\n${settings('search: { max_rounds: 4 }')}`;
  const { code, stdout, stderr } = await scale('run', await file('finished', own), ...data()).ended;
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  finished = (JSON.parse(stdout) as { readonly runId: string }).runId;
});

afterAll(async () => {
  await close();
  await Promise.all([...services, ...(coordinator === undefined ? [] : [coordinator])].map((service) => service.stop()));
  await nats?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('every answer about a run that has ended', async () => {
  const { get } = dashboardClient(dashboard.url);
  const of = async <Answer>(path: string): Promise<Answer> => {
    const { status, body } = await get<Answer>(path);
    expect([path, status, body.error]).toEqual([path, 200, undefined]);
    return body;
  };
  const session = await of<SessionAnswer>('/api/session');
  expect(session).toMatchObject({ role: 'read', signIn: 'token', cluster: { kind: 'server', version: expect.any(String) } });
  const { runs } = await of<RunsAnswer>('/api/runs');
  expect(runs).toMatchObject([
    { runId: finished, state: 'completed', simulated: true, startedBy: 'runner', endedAtMs: expect.any(Number) },
  ]);
  const run = await of<RunAnswer>(`/api/runs/${finished}`);
  expect(run.report).toMatchObject({ run: { runId: finished, status: 'completed' }, best: { score: expect.any(Number) } });
  expect(run.report?.rounds).toHaveLength(run.row.roundsCompleted);
  const first = await of<RoundAnswer>(`/api/runs/${finished}/rounds/1`);
  expect(first).toMatchObject({ next: 2, candidates: [], experience: [], proposals: [] });
  expect(first.workflow?.graph.nodes[0]).toMatchObject({ kind: 'start' });
  const second = await of<RoundAnswer>(`/api/runs/${finished}/rounds/2`);
  expect(second.proposals.at(-1)?.reply).not.toBe('');
  expect(second.difference?.some(({ kind }) => kind === 'added')).toBe(true);
  const { rows, total } = await of<ExecutionRowsAnswer>(`/api/runs/${finished}/rounds/1/executions?limit=1000`);
  expect(rows).toHaveLength(total);
  const [worst] = rows;
  const path = `/api/runs/${finished}/executions?round=1&query=${encodeURIComponent(worst?.queryId ?? '')}`;
  const { executions, query, others } = await of<ExecutionsAnswer>(path);
  expect(executions).toMatchObject([
    { score: worst?.score, calls: [{ reply: expect.any(String), attempts: 1, simulated: true }] },
  ]);
  expect(executions[0]?.calls[0]?.messages?.[0]?.content).toContain(query.fields.question);
  expect(others.map(({ round }) => round)).toContain(1);
  const matrix = await of<MatrixAnswer>(`/api/runs/${finished}/matrix`);
  const executed = matrix.rows.find(({ round }) => round === 1)?.cells.filter((cell) => cell !== null);
  expect(executed).toHaveLength(total);
  expect(await of<WhyAnswer>(`/api/runs/${finished}/why`)).toMatchObject({ state: 'completed', findings: [] });
  const timeline = await of<TimelineAnswer>(`/api/runs/${finished}/timeline?round=1`);
  expect(timeline).toMatchObject({ left: 0, endpoints: [expect.stringContaining('127.0.0.1')] });
  expect(timeline.spans).toHaveLength(total);
  expect(timeline.spans.every(({ beganMs, endedMs }) => beganMs <= endedMs && endedMs >= run.row.createdAtMs)).toBe(true);
  const compared = await of<CompareAnswer>(`/api/compare?a=${finished}:1&b=${finished}`);
  expect(compared).toMatchObject({ a: { round: 1 }, b: { runId: finished }, comparison: { queries: expect.any(Number) } });
  const { workers } = await of<WorkersAnswer>('/api/workers');
  expect(workers.flatMap(({ kinds }) => kinds).sort()).toEqual(['execute', 'predict', 'propose']);
});

test.skipIf(findChromium() === undefined)('a run written into one file shows its views without a server', async () => {
  const path = join(folder, 'run.html');
  const { code, stdout, stderr } = await scale('export', finished, '--page', path, '--json').ended;
  // On a slow machine it says what it waits for.
  expect([code, stderr.replace(/^Waiting for .*\n/gm, '')]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toEqual({ runId: finished, what: 'page', file: path });
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const seen = watchMisdeeds(page, pathToFileURL(path).href);
  await page.goto(pathToFileURL(path).href);
  const run = `#/runs/${finished}`;
  const { body } = await dashboardClient(dashboard.url).get<ExecutionRowsAnswer>(
    `/api/runs/${finished}/rounds/1/executions?limit=1`,
  );
  const execution = `${run}/rounds/1/queries/${encodeURIComponent(body.rows[0]?.queryId ?? '')}`;
  for (const view of ['', '/rounds/1', '/rounds/2', '/matrix', '/timeline?round=1', '/why']) {
    await goTo(page, `${run}${view}`);
    expect.soft(await page.$('.problem'), view).toBeNull();
  }
  await goTo(page, execution);
  expect(await page.textContent('#transcript')).toContain('1 attempt');
  expect(seen).toEqual({ errors: [], requests: [] });
});

test('a sweep with its cells and its report', async () => {
  const prices = 'prices: { models: { qwen3-8b: { input: 1, output: 2 } } }';
  const base = settings(`search: { max_rounds: 1 }\n${prices}`).replaceAll(/^/gm, '  ').trimEnd();
  const swept = await file('sweep', `name: two-seeds\nbase:\n${base}\nmatrix: { seed: [1, 2] }\n`);
  expect(await scale('sweep', swept, ...data()).ended).toMatchObject({ code: 0 });
  const { get } = dashboardClient(dashboard.url);
  const { body } = await get<SweepsAnswer>('/api/sweeps');
  expect(body.sweeps).toMatchObject([{ name: 'two-seeds', state: 'completed', isOver: true, cells: { completed: 2 } }]);
  const sweepId = body.sweeps[0]?.sweepId ?? '';
  const { body: sweep } = await get<SweepAnswer>(`/api/sweeps/${sweepId}`);
  expect(sweep).toMatchObject({
    axes: ['seed'],
    cells: [
      { labels: { seed: '1' }, state: 'completed', round: 1, maxRounds: 1 },
      { labels: { seed: '2' }, round: 1, maxRounds: 1 },
    ],
  });
  const { body: told } = await get<SweepReportAnswer>(`/api/sweeps/${sweepId}/report`);
  expect(told.report.cells).toHaveLength(2);
  const paid = body.sweeps[0]?.money?.amount ?? Number.NaN;
  expect(sweep.row.money).toEqual({ amount: paid, currency: 'USD' });
  expect(sweep.cells.reduce((sum, { money }) => sum + (money?.amount ?? Number.NaN), 0)).toBeCloseTo(paid, 9);
  expect(told.report.total.spentMoney?.amount).toBeCloseTo(paid, 9);
  if (findChromium() === undefined) return;
  const path = join(folder, 'sweep.html');
  const { code, stdout, stderr } = await scale('export', 'two-seeds', '--page', path, '--json').ended;
  // On a slow machine it says what it waits for.
  expect([code, stderr.replace(/^Waiting for .*\n/gm, '')]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toEqual({ sweepId, what: 'page', file: path });
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const seen = watchMisdeeds(page, pathToFileURL(path).href);
  await page.goto(pathToFileURL(path).href);
  await expect.poll(() => page.textContent('h1')).toBe('two-seeds');
  const runs = sweep.cells.map(({ runId }) => `#/runs/${runId}`);
  for (const view of ['#/sweeps', `#/sweeps/${sweepId}`, '#/runs', ...runs, `${runs[0]}/rounds/1`]) {
    await goTo(page, view);
    expect.soft(await page.$('.problem'), view).toBeNull();
    if (view.startsWith('#/sweeps')) expect.soft(await page.textContent('main'), view).toMatch(/cost.*\$0\.0\d+/s);
  }
  await goTo(page, `#/sweeps/${sweepId}`);
  await page.click('text=Work out the figures');
  await expect.poll(() => page.textContent('#figures')).toContain('cost (USD)');
  expect(seen).toEqual({ errors: [], requests: [] });
});

test('a run that goes on is shown as it goes, and steered by who may; a coordinator that is away is told of', async () => {
  const client = dashboardClient(dashboard.url);
  const rest = settings('search: { max_rounds: 400 }\nevaluation: { method: full }');
  const command = scale('run', await file('live', `name: live\nseed: 3\n${rest}`), ...data());
  const live = async () => (await client.get<RunsAnswer>('/api/runs')).body.runs.find(({ name }) => name === 'live')?.runId;
  await expect.poll(live).toBeDefined();
  const runId = (await live()) ?? '';
  const events = await eventsOf(dashboard.url, `/api/changes?run=${runId}`, {}, (all) => {
    const revisions = new Set(all.flatMap(({ data }) => (data as Change).run?.revision ?? []));
    return revisions.size > 2 && all.some(({ data }) => (data as Change).runs?.some((row) => row.runId === runId));
  });
  expect(events.some(({ data }) => ((data as Change).run?.step?.total ?? 0) > 0)).toBe(true);
  expect((await client.get<RunAnswer>(`/api/runs/${runId}`)).body).toMatchObject({ row: { state: 'running' } });
  expect((await client.get<WhyAnswer>(`/api/runs/${runId}/why`)).body.findings.map(({ subject }) => subject)).toContain(
    'Executors',
  );

  expect((await client.send('POST', `/api/runs/${runId}/pause`)).status).toBe(401);
  const wrong = await client.send('POST', '/api/session', { token: 'a-token-that-nobody-has' });
  expect([wrong.status, wrong.body.error?.message]).toEqual([403, expect.stringContaining('does not know this token')]);
  expect((await client.send<SessionAnswer>('POST', '/api/session', { token: tokenOf('read') })).body.role).toBe('read');
  expect((await client.send('POST', `/api/runs/${runId}/pause`)).status).toBe(403);
  expect((await client.send<SessionAnswer>('POST', '/api/session', { token: tokenOf('run') })).body.role).toBe('run');
  expect((await client.send('POST', `/api/runs/${runId}/pause`, { reason: 'for lunch' })).body).toEqual({ state: 'paused' });
  const stateNow = async () => (await client.get<RunAnswer>(`/api/runs/${runId}`)).body.row?.state;
  await expect.poll(stateNow).toBe('paused');
  expect((await client.get<WhyAnswer>(`/api/runs/${runId}/why`)).body.sentence).toContain('for lunch');
  expect((await client.send('POST', `/api/runs/${runId}/resume`)).body).toEqual({ state: 'running' });

  const port = address.split(':')[1] ?? '';
  await coordinator.stop();
  await expect.poll(async () => (await client.get(`/api/runs/${runId}`)).status).toBe(503);
  coordinator = await startCoordinator(port);
  await expect.poll(stateNow).toBe('running');
  expect((await client.send('POST', `/api/runs/${runId}/cancel`, { reason: 'enough' })).body).toEqual({ state: 'cancelled' });
  await expect.poll(stateNow).toBe('cancelled');
  command.child.kill('SIGKILL');
  await command.ended;
});
