import { afterEach, expect, test } from 'vitest';
import type { Change } from '../../../services/dashboard/api/change.ts';
import type { CompareAnswer } from '../../../services/dashboard/api/compare-answer.ts';
import type { ExecutionRowsAnswer, MatrixAnswer } from '../../../services/dashboard/api/execution-answers.ts';
import type { RunAnswer } from '../../../services/dashboard/api/run-answer.ts';
import type { RunsAnswer } from '../../../services/dashboard/api/run-row.ts';
import type { SessionAnswer } from '../../../services/dashboard/api/session-answer.ts';
import type { Dashboard, DashboardSettings } from '../../../services/dashboard/dashboard-server.ts';
import { type OpenClusterLink, openClusterLink } from '../../../services/dashboard/open-cluster-link.ts';
import type { Benchmark } from '../../../services/domain/benchmark.ts';
import { dashboardClient, eventsOf, startTestDashboard, statusAs } from '../../support/dashboard-client.ts';
import { type FakeControlServer, type Scripted, startFakeControlServer } from '../../support/fake-control-server.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../domain/search/made-up-world.ts';

const hostile = '<script>alert(1)</script>\u202E"\'/%2e%2e/';
const benchmark: Benchmark = {
  ...{ name: 'made-up', split: 'validate', description: '', inputs: ['question'], operators: ['custom'], scorer: 'strict' },
  ...{ otherScorers: [], answerFormat: '' },
  queries: Array.from({ length: 8 }, (_, index) => ({
    id: index === 0 ? hostile : `q${index}`,
    fields: { question: `${hostile} ${index}` },
    reference: '1',
  })),
};
const { log } = continueRun(
  madeUpWorld(),
  madeUpConfiguration({
    queryCount: 8,
    search: { maxRounds: 4, proposalAttempts: 9 },
    evaluation: { method: 'full', warmUpRounds: 0 },
  }),
);

const stops: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function fakeCluster(script: readonly Scripted[] = log, port = 0): Promise<FakeControlServer> {
  const server = await startFakeControlServer({ runId: 'made-up', script, benchmark, port });
  stops.push(() => server.stop());
  return server;
}

async function dashboardOn(
  address: string,
  settings: Partial<DashboardSettings> = {},
): Promise<Dashboard & { readonly link: OpenClusterLink }> {
  const link = openClusterLink({ address, kind: 'server', name: 'the lab' });
  const dashboard = await startTestDashboard({ link, ...settings });
  stops.push(() => dashboard.stop(AbortSignal.abort()).then(() => link.close()));
  return { ...dashboard, link };
}

test('a finished run is shown, with texts as they are', async () => {
  const { url } = await dashboardOn((await fakeCluster()).address);
  const { get } = dashboardClient(url);
  const { body: session } = await get<SessionAnswer>('/api/session');
  expect(session).toMatchObject({ format: 1, role: 'read', signIn: 'token', isSignedIn: false, cluster: { name: 'the lab' } });
  expect((await get<RunsAnswer>('/api/runs')).body.runs).toMatchObject([{ runId: 'made-up', state: 'completed' }]);
  const { body, headers } = await get<RunAnswer>('/api/runs/made-up');
  expect(body.report).toMatchObject({ format: 1, run: { runId: 'made-up', status: 'completed' } });
  expect(body.report).not.toHaveProperty('matrix');
  expect(body.report?.rounds).toHaveLength(4);
  expect(headers.get('cache-control')).toBe('no-store');
  const { body: matrix } = await get<MatrixAnswer>('/api/runs/made-up/matrix');
  expect(matrix.queries.ids[0]).toBe(hostile);
  expect(matrix.queries.questions[0]).toBe(`${hostile} 0`);
  expect(matrix.rows.every(({ cells }) => cells.length === 8)).toBe(true);
  expect(matrix.revision).toBe(body.revision);
  const { body: page } = await get<ExecutionRowsAnswer>('/api/runs/made-up/rounds/1/executions?offset=2&limit=3');
  expect(page).toMatchObject({ total: 8, offset: 2 });
  expect(page.rows).toHaveLength(3);
  const all = (await get<ExecutionRowsAnswer>('/api/runs/made-up/rounds/1/executions')).body.rows;
  expect(all.map(({ score }) => score)).toEqual(all.map(({ score }) => score).sort());
});

test('what is not there, or cannot be read, is answered with a sentence', async () => {
  const { url } = await dashboardOn((await fakeCluster()).address);
  const { get } = dashboardClient(url);
  for (const [path, status, message] of [
    ['/api/runs/none', 404, 'there is no run none'],
    ['/api/runs/made-up/rounds/9', 404, 'it has rounds 1 to 4'],
    ['/api/runs/made-up/rounds/one', 400, 'round must be a whole number'],
    ['/api/runs/made-up/executions?round=1&query=none', 404, 'has no query none'],
    ['/api/runs/made-up/executions', 400, 'name the round and the query'],
    ['/api/sweeps/none', 404, 'no such sweep'],
    ['/api/compare?a=made-up', 400, 'b is missing'],
    ['/api/none', 404, 'there is no /api/none here'],
    ['/none', 404, 'the page is at /'],
    ['/api/runs/%E0%A4%A', 400, 'cannot be read'],
  ] as const) {
    const { status: found, body } = await get(path);
    expect([path, found]).toEqual([path, status]);
    expect(body.error?.message).toContain(message);
  }
  expect((await get('/healthz')).body).toEqual({ status: 'ok' });
  expect((await get('/metrics')).body).toContain('scale_dashboard_requests_total{status="404"}');
});

test('a page may load nothing but its own, and no other page may use it', async () => {
  const { url } = await dashboardOn((await fakeCluster()).address, { origins: ['https://scale.example.org'] });
  const { get, send } = dashboardClient(url);
  const { headers } = await get('/');
  expect(headers.get('content-security-policy')).toBe("default-src 'self'");
  expect(Object.fromEntries(headers)).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
  expect(await statusAs(url, '/api/runs', 'evil.example')).toBe(421);
  expect(await statusAs(url, '/', `evil.example:${new URL(url).port}`)).toBe(421);
  expect(await statusAs(url, '/api/runs', 'scale.example.org')).toBe(200);
  expect(await statusAs(url, '/api/runs', `localhost:${new URL(url).port}`)).toBe(200);
  const cancel = '/api/runs/made-up/cancel';
  for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:1`, '']) {
    expect((await send('POST', cancel, {}, { origin })).status).toBe(403);
  }
  expect((await send('POST', cancel)).status).toBe(401);
  expect((await send('POST', '/api/session', { token: 'x' }, { 'content-type': 'text/plain' })).status).toBe(415);
  expect((await send('POST', '/api/session', { token: 'two words' })).body.error?.message).toContain('without spaces');
  expect((await send('POST', '/api/session', { token: 5 })).status).toBe(400);
});

test('who signs in may act, and after signing out only looks', async () => {
  const cluster = await fakeCluster(log.slice(0, -1));
  const { url } = await dashboardOn(cluster.address);
  const { send, get, cookie } = dashboardClient(url);
  const signedIn = await send<SessionAnswer>('POST', '/api/session', { token: 'a-token-of-the-cluster' });
  expect(signedIn.body).toMatchObject({ role: 'run', isSignedIn: true });
  expect(signedIn.headers.getSetCookie()[0]).toMatch(/; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/);
  expect(cookie()).not.toContain('a-token-of-the-cluster');
  expect((await send('POST', '/api/runs/made-up/pause', { reason: 'lunch' })).body).toEqual({ state: 'paused' });
  expect((await send('POST', '/api/runs/made-up/resume')).body).toEqual({ state: 'running' });
  expect(cluster.calls).toEqual(expect.arrayContaining(['PauseRun', 'ResumeRun']));
  expect((await send('POST', '/api/runs/none/pause')).status).toBe(404);
  expect((await send('POST', '/api/runs/made-up/burn')).status).toBe(404);
  expect((await send<SessionAnswer>('DELETE', '/api/session')).body).toMatchObject({ role: 'read', isSignedIn: false });
  expect((await send('POST', '/api/runs/made-up/cancel')).status).toBe(401);
  expect((await get<SessionAnswer>('/api/session')).body.role).toBe('read');
});

test('on one machine, a link that can be opened once signs a browser in, and nobody else may look', async () => {
  const dashboard = await dashboardOn((await fakeCluster()).address, { signIn: 'link', openToRead: false });
  const { get, send } = dashboardClient(dashboard.url);
  expect((await get('/api/runs')).status).toBe(401);
  expect((await get('/api/changes')).status).toBe(401);
  expect((await get('/')).status).toBe(200);
  expect((await get<SessionAnswer>('/api/session')).body).toMatchObject({ role: 'none', signIn: 'link' });
  let opened = 0;
  dashboard.onOpened(() => {
    opened += 1;
  });
  const path = dashboard.newLink().slice(dashboard.url.length);
  expect((await get('/open?key=wrong')).status).toBe(403);
  const answer = await get(path);
  expect([answer.status, answer.headers.get('location'), opened]).toEqual([303, '/', 1]);
  expect((await get<SessionAnswer>('/api/session')).body.role).toBe('run');
  expect((await get('/api/runs')).status).toBe(200);
  // The browser that it has signed in may open it again; another one reads a sentence.
  expect((await get(path)).status).toBe(303);
  const other = await dashboardClient(dashboard.url).get(path);
  expect([other.status, other.body]).toEqual([403, expect.stringMatching(/^This link was used/)]);
  expect((await send('POST', '/api/session', { token: 'a-token' })).body.error?.message).toContain('open the link');
});

test('changes of a run come as they happen, are taken up where they were lost, and come again after what is not known', async () => {
  const cluster = await fakeCluster(log.slice(0, 6));
  const { url } = await dashboardOn(cluster.address);
  const step = {
    round: 1,
    phase: 'warm-up',
    done: 3,
    total: 8,
    tokens: 0,
    trouble: '',
    waiting: undefined,
    spent: undefined,
    ahead: [],
  };
  const seen = eventsOf(url, '/api/changes?run=made-up', {}, (events) =>
    events.some(({ data }) => (data as Change).run?.step?.done === 3),
  );
  await expect.poll(() => cluster.calls.filter((call) => call.startsWith('WatchRun')).length).toBeGreaterThan(1);
  cluster.push({ kind: 'progress', progress: step });
  const events = await seen;
  expect(events.every(({ event }) => event === 'change')).toBe(true);
  const { id = '' } = events.at(-1) ?? {};
  // While another page is open, what it has missed is known.
  const other = eventsOf(url, '/api/changes?run=made-up', {}, (all) =>
    all.some(({ data }) => (data as Change).run?.revision.endsWith(`-${2 * log.length + 2}`)),
  );
  await expect.poll(async () => (await dashboardClient(url).get<string>('/metrics')).body).toContain('scale_dashboard_pages 1');
  const again = await eventsOf(url, '/api/changes?run=made-up', { 'last-event-id': id }, (all) => all.length > 0);
  expect(again[0]?.event).toBe('change');
  const foreign = await eventsOf(url, '/api/changes', { 'last-event-id': 'another-7' }, (all) => all.length > 0);
  expect(foreign[0]).toMatchObject({ event: 'reset' });
  cluster.push(...log.slice(6));
  await other;
  // One watch a run, whoever looks.
  expect(cluster.calls.filter((call) => call.startsWith('WatchRun')).length).toBeLessThanOrEqual(4);
});

test('a coordinator that is away is told of, and asked again once it is back', async () => {
  const cluster = await fakeCluster();
  const port = Number(cluster.address.split(':')[1]);
  const { url } = await dashboardOn(cluster.address);
  const { get } = dashboardClient(url);
  expect((await get('/api/runs/made-up')).status).toBe(200);
  await cluster.stop();
  await expect.poll(async () => (await get('/api/runs/made-up')).status).toBe(503);
  const { body, headers } = await get('/api/runs/made-up/matrix');
  expect(body.error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('does not answer') });
  expect(headers.get('retry-after')).toBe('2');
  expect((await get<SessionAnswer>('/api/session')).body.cluster.trouble).toContain('does not answer');
  await fakeCluster(log, port);
  await expect.poll(async () => (await get('/api/runs/made-up')).status).toBe(200);
});

test('a page hears whether the cluster answers when it begins to listen, and when that changes', async () => {
  const { url, link } = await dashboardOn((await fakeCluster()).address);
  const troubles = (events: readonly { readonly data: unknown }[]) =>
    events.flatMap(({ data }) => (data as Change).trouble ?? []);
  const hears = (wanted: readonly string[]) =>
    eventsOf(url, '/api/changes', {}, (events) => troubles(events).length >= wanted.length).then((events) =>
      expect(troubles(events)).toEqual(wanted),
    );
  const address = (await fakeCluster()).address;
  link.move('the cluster is starting');
  const first = hears(['the cluster is starting', '']);
  await expect.poll(async () => (await dashboardClient(url).get<string>('/metrics')).body).toContain('scale_dashboard_pages 1');
  // One that comes later, or comes back, is told the same.
  await hears(['the cluster is starting']);
  link.move({ address, kind: 'server', name: 'the lab' });
  await first;
  await hears(['']);
});

test('a cluster of this machine that comes and goes is followed', async () => {
  const { url, link } = await dashboardOn((await fakeCluster()).address);
  const { get } = dashboardClient(url);
  expect((await get('/api/runs')).status).toBe(200);
  link.move('another command is starting the cluster');
  const { status, body } = await get('/api/runs');
  expect([status, body.error?.message]).toEqual([503, 'another command is starting the cluster']);
  link.move({ kind: 'empty', why: 'there is no run here yet' });
  expect((await get('/api/runs')).body).toEqual({ runs: [] });
  expect((await get('/api/sweeps')).body).toEqual({ sweeps: [] });
  expect((await get('/api/workers')).body).toMatchObject({ workers: [] });
  expect((await get<SessionAnswer>('/api/session')).body.cluster).not.toHaveProperty('trouble');
  expect((await get('/api/runs/made-up')).status).toBe(503);
  link.move({ address: (await fakeCluster(log.slice(0, 6))).address, kind: 'reading', name: 'here' });
  expect((await get<RunsAnswer>('/api/runs')).body.runs).toMatchObject([{ state: 'interrupted' }]);
  expect((await get<RunAnswer>('/api/runs/made-up')).body.report?.run.status).toBe('running');
});

test('a comparison with a query-level run says that the workflow shown is not what answered', async () => {
  const settings = { queryCount: 8, search: { maxRounds: 1 }, evaluation: { method: 'full', warmUpRounds: 0 } } as const;
  const perQuery = continueRun(madeUpWorld(), madeUpConfiguration({ kind: 'query-level', ...settings })).log;
  for (const [script, count] of [
    [perQuery, 1],
    [log, 0],
  ] as const) {
    const { get } = dashboardClient((await dashboardOn((await fakeCluster(script)).address)).url);
    const { body } = await get<CompareAnswer>('/api/compare?a=made-up:1&b=made-up:1');
    expect(body.a.remarks.filter((remark) => remark.includes('workflow written for it'))).toHaveLength(count);
  }
});

test('the newest runs are read before anybody asks for them', async () => {
  const cluster = await fakeCluster();
  await dashboardOn(cluster.address);
  await expect.poll(() => cluster.calls).toContain('WatchRun 0');
});
