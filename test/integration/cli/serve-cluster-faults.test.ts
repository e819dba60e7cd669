import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type ChildService, mainOf, startChildService } from '../../../services/cli/cluster/child-service.ts';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { type Simulator, startSimulator } from '../../../services/simulator/start-simulator.ts';
import { startTestNatsServer, type TestNatsServer } from '../../support/nats-server.ts';
import { type CliRun, startCli } from '../../support/run-cli.ts';

/** Two calls at once, then one that reads both. */
const workflow = `
workflow: 1
name: two
steps:
  - { id: drafts, parallel: 2, steps: [{ id: draft, call: custom, with: { input: "{{ query.question }}" } }], yield: "{{ draft.response }}" }
  - { id: last, call: custom, with: { input: "LAST {{ query.question }} {{ drafts[0] }}" } }
  - return: "{{ last.response }}"
`;

let folder: string;
let nats: TestNatsServer;
let streams: Bus;
let simulator: Simulator;
/** Of calls to the model: whole, or cut by whoever had made it. */
let ended: ('whole' | 'cut')[] = [];
/** How many calls may begin. */
let admitted = Number.POSITIVE_INFINITY;
let wake = Promise.withResolvers<void>();
const executors: ChildService[] = [];
const commands: CliRun[] = [];

async function untilAdmitted(signal: AbortSignal): Promise<void> {
  while (admitted <= 0 && !signal.aborted) await Promise.race([wake.promise, once(signal, 'abort')]);
  admitted -= 1;
}
function admit(calls: number): void {
  admitted = calls;
  wake.resolve();
  wake = Promise.withResolvers();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-serve-cluster-'));
  nats = await startTestNatsServer();
  // As a coordinator does.
  streams = await connectBus({ servers: [nats.url], name: 'test', logger: pino({ level: 'silent' }) });
  simulator = await startSimulator({
    ...{ known: [], untilAdmitted },
    onServed: ({ cutOff }) => void ended.push(cutOff ? 'cut' : 'whole'),
  });
  await writeFile(join(folder, 'two.yaml'), workflow);
  const run = `benchmark: sample\nmodels: { executor: &m { endpoint: here, model: m }, optimizer: *m }\nendpoints:\n  here: { base_url: "${simulator.url}", max_concurrency: 300 }\n`;
  await writeFile(join(folder, 'run.yaml'), run);
});
afterAll(async () => {
  await streams.close();
  await simulator.stop();
  await nats.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  admit(Number.POSITIVE_INFINITY);
  for (const { child, ended: gone } of commands.splice(0)) {
    child.kill('SIGKILL');
    await gone;
  }
  await Promise.all(executors.splice(0).map((executor) => executor.kill()));
  ended = [];
});

async function startExecutor(variables: Record<string, string> = {}): Promise<ChildService> {
  const environment = {
    ...{ PATH: process.env.PATH ?? '', HOME: folder, SCALE_NATS_URL: nats.url, SCALE_HEALTH_PORT: '0' },
    ...{ SCALE_PARENT_LEASH: 'ipc', SCALE_LOG_LEVEL: 'warn', ...variables },
  };
  const command = { name: 'executor', script: mainOf('executor'), environment };
  const executor = await startChildService(command, AbortSignal.timeout(60_000));
  executors.push(executor);
  return executor;
}
const answersIn = async ({ addresses }: ChildService): Promise<number> => {
  const text = await (await fetch(new URL('/metrics', addresses.health))).text();
  return Number(/^scale_answers_in_flight.* (\d+)$/m.exec(text)?.[1]);
};

async function serve(...more: readonly string[]): Promise<CliRun & { readonly client: OpenAI; metrics(): Promise<string> }> {
  const args = ['serve', join(folder, 'two.yaml'), '--run-file', join(folder, 'run.yaml'), '--port', '0', '--json'];
  const run = startCli([...args, '--cluster', nats.url, ...more]);
  commands.push(run);
  await run.until(/\n}\n/);
  const { url } = JSON.parse(run.stdout()) as { readonly url?: string };
  if (url === undefined) throw new Error(run.stderr());
  const client = new OpenAI({ baseURL: url, apiKey: 'none', maxRetries: 0 });
  return { ...run, client, metrics: async () => (await fetch(new URL('/metrics', url))).text() };
}
const ask = { model: 'two', messages: [{ role: 'user' as const, content: 'What is three plus four?' }] };

test('an executor killed in the middle of an answer costs the call under way: another one goes on with the rest', async () => {
  const [one, other] = await Promise.all([startExecutor(), startExecutor()]);
  const { client } = await serve();
  const whole = await client.chat.completions.create({ ...ask, seed: 1 });
  ended = [];
  admit(2);
  const asked = client.chat.completions.create({ ...ask, seed: 1 });
  await expect.poll(() => ended.length).toBe(2);
  await expect.poll(async () => (await answersIn(one)) + (await answersIn(other))).toBe(1);
  await ((await answersIn(one)) === 1 ? one : other).kill();
  admit(Number.POSITIVE_INFINITY);
  const answer = await asked;
  expect(answer.choices[0]?.message.content).toBe(whole.choices[0]?.message.content);
  expect(answer).toMatchObject({ scale: { calls: 3 }, usage: whole.usage });
  // The drafts were made once, and the last call twice at most.
  expect(ended.filter((end) => end === 'whole').length).toBeLessThanOrEqual(4);
});

test('an executor that is stopped hands its answers on', async () => {
  const stopped = await startExecutor({ SCALE_DRAIN_MS: '2000' });
  const { client } = await serve();
  admit(2);
  const asked = client.chat.completions.create(ask);
  await expect.poll(() => ended.length).toBe(2);
  const next = await startExecutor();
  const stopping = stopped.stop();
  await expect.poll(() => answersIn(next)).toBe(1);
  admit(Number.POSITIVE_INFINITY);
  expect(await asked).toMatchObject({ scale: { calls: 3 } });
  await stopping;
  expect(ended.filter((end) => end === 'whole')).toHaveLength(3);
});

test('somebody waits for an answer: its calls are made at once, at an endpoint whose other calls go into batches', async () => {
  await startExecutor();
  const run = await readFile(join(folder, 'run.yaml'), 'utf8');
  await writeFile(join(folder, 'batch.yaml'), run.replace('max_concurrency: 300', 'max_concurrency: 300, batch: true'));
  const { client } = await serve('--run-file', join(folder, 'batch.yaml'), '--deadline', '20');
  expect(await client.chat.completions.create(ask)).toMatchObject({ scale: { calls: 3 } });
});

test('two executors that die over one answer are enough', async () => {
  const doomed = await Promise.all([startExecutor(), startExecutor()]);
  const { client } = await serve();
  admit(0);
  const asked = client.chat.completions.create(ask).then(
    () => undefined,
    (error: InstanceType<typeof OpenAI.APIError>) => error,
  );
  while (doomed.length > 0) {
    const busy = await vi.waitUntil(
      async () => {
        for (const each of doomed) if ((await answersIn(each)) === 1) return each;
        return undefined;
      },
      { timeout: 60_000 },
    );
    doomed.splice(doomed.indexOf(busy), 1);
    await busy.kill();
  }
  expect(await asked).toMatchObject({ status: 502, code: 'executor_lost' });
});

test('a client that hangs up stops the calls of the executor, and so does the end of the server', async () => {
  const executor = await startExecutor();
  const { client, metrics, child } = await serve();
  admit(2);
  const hanging = new AbortController();
  const asked = client.chat.completions.create(ask, { signal: hanging.signal }).catch(() => undefined);
  await expect.poll(() => ended.length).toBe(2);
  hanging.abort();
  await asked;
  await expect.poll(metrics).toContain('scale_serve_requests_total{outcome="gone"} 1');
  await expect.poll(() => answersIn(executor)).toBe(0);
  admit(2);
  client.chat.completions.create(ask).catch(() => undefined);
  await expect.poll(() => ended.filter((end) => end === 'whole').length).toBe(4);
  child.kill('SIGKILL');
  await expect.poll(() => answersIn(executor)).toBe(0);
});

test('200 requests at once are answered by two executors that take 60 each', async () => {
  const both = await Promise.all([1, 2].map(() => startExecutor({ SCALE_ANSWERS_AT_ONCE: '60' })));
  const { client } = await serve();
  const answers = await Promise.all(Array.from({ length: 200 }, (_, seed) => client.chat.completions.create({ ...ask, seed })));
  expect(answers.filter(({ choices }) => choices[0]?.finish_reason === 'stop')).toHaveLength(200);
  expect(ended).toHaveLength(600);
  for (const each of both) expect(await answersIn(each)).toBe(0);
});

test('without an executor, or without NATS, a client is told so in time', async () => {
  const { client } = await serve();
  await expect(client.chat.completions.create(ask)).rejects.toMatchObject({ status: 503, code: 'no_executor' });
  await startExecutor({ SCALE_ANSWERS_AT_ONCE: '0' });
  await expect(client.chat.completions.create(ask)).rejects.toMatchObject({ status: 503, code: 'no_executor' });
  await nats.stop();
  const failed = client.chat.completions.create(ask);
  await expect(failed).rejects.toMatchObject({ status: 503, code: 'cluster_unreachable', headers: expect.anything() });
  nats = await startTestNatsServer({ port: Number(new URL(nats.url).port) });
});

test.each([
  [['--cluster', ' '], 'it must not be empty'],
  [['--cluster', 'http://there'], '--cluster must be addresses such as nats://'],
  [['--cluster', 'nats://127.0.0.1:4222', '--priority', '1000'], 'from -100 to 100'],
  [['--cluster', 'nats://127.0.0.1:4222'], 'simulated model that this command starts'],
])('%j is refused', async (more, message) => {
  const { code, stderr } = await startCli(['serve', join(folder, 'two.yaml'), ...more]).ended;
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});
