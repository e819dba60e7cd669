import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunFile, readRunFile } from '../../services/shared/config/run-file.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { type KillableCluster, type KillablePart, startKillableCluster } from '../support/cluster/killable-cluster.ts';
import { type CollectedSpan, findCollector, startCollector, type TestCollector } from '../support/monitoring/otel-collector.ts';

const binary = await findCollector();
const never = new AbortController().signal;
/** Of each executor. */
const slots = 4;
/** The executor that has lived longest. */
const killed = 'executor-3';
const kinds = { internal: 1, client: 3, producer: 4, consumer: 5 };
let folder: string;
let file: RunFile;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-traces-'));
  const path = join(folder, 'traced.yaml');
  await writeFile(
    path,
    `name: traced
seed: 5
benchmark: { name: sample, limit: 12 }
initial_workflow: ${join(import.meta.dirname, '../../examples/workflows/review-and-revise.yaml')}
search: { max_rounds: 3, convergence: off }
evaluation: { method: full }
`,
  );
  file = await readRunFile(path);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/**
 * One search to its end, in which such a part is killed.
 * @param collector of what the coordinator that is to be killed has told
 */
async function search(
  environment: Record<string, string>,
  victim?: KillablePart,
  collector?: TestCollector,
): Promise<{ log: string[]; runId: string }> {
  await using cluster = await startKillableCluster(2, slots, victim === undefined ? 0 : 300, environment);
  const runId = await cluster.begin(file);
  if (victim !== undefined) {
    if (victim === 'executor') await untilBothHavePaid(cluster, runId);
    else await untilQueued(cluster, collector);
    await cluster.killAndReplace(victim, runId);
    cluster.holdAt(Number.POSITIVE_INFINITY);
  }
  expect((await cluster.ended(runId)).status).toBe(RunStatus.COMPLETED);
  const log = await logOf(cluster, runId);
  await cluster.drained();
  return { log, runId };
}

/** Each of the executors has a job that is not done, and of whose calls some are in the journal. */
async function untilBothHavePaid(cluster: KillableCluster, runId: string): Promise<void> {
  const { bus, served } = cluster;
  cluster.holdAt(slots);
  // The one that will be killed: under load it may have started much later than the other.
  await untilAtWork(cluster, killed);
  for (;;) {
    const done = await bus.results.jobIds(runId);
    const executions = served.filter(({ model }) => model === file.configuration.executor.model).map(({ jobId }) => jobId);
    const open = [...new Set(executions)].filter((jobId) => !done.has(jobId));
    const journals = await Promise.all(open.map((jobId) => bus.journal.read(runId, jobId)));
    // More than one executor can have.
    if (journals.filter(({ size }) => size > 0).length > slots) return;
    cluster.holdAt(served.length + 1);
    await sleep(50);
  }
}

/** The jobs of the first round are queued, the collector knows of them, and most of them are not done. */
async function untilQueued(cluster: KillableCluster, collector: TestCollector | undefined): Promise<void> {
  cluster.holdAt(10);
  const queued = () => collector?.spans.filter(({ name }) => name === 'publish jobs.v1.execute') ?? [];
  while (cluster.served.length < 10 || queued().length < 12) await sleep(10);
}

async function untilAtWork({ bus }: KillableCluster, name: string): Promise<void> {
  for await (const { worker, runs } of bus.workers.follow(never)) {
    if (worker === name && (runs[0]?.jobsInFlight ?? 0) > 0) return;
  }
}

async function logOf({ bus }: KillableCluster, runId: string): Promise<string[]> {
  const entries: string[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) {
    entries.push(Buffer.from(entry).toString('hex'));
  }
  return entries;
}

describe.skipIf(binary === undefined)('traces, at a real OpenTelemetry Collector (scripts/setup-otel-collector)', () => {
  it('one trace of one job shows every hop, also where an executor was killed, and the log is as without', async () => {
    await using collector = await startCollector(binary ?? '');
    const untraced = await search({});
    expect(collector.spans).toEqual([]);
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_BSP_SCHEDULE_DELAY: '50' };
    const { log, runId } = await search(environment, 'executor');
    expect(log).toEqual(untraced.log);

    const spans = spansOf(collector);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    expect(byId.size, 'each span once').toBe(spans.length);
    // What the killed executor had not sent yet is lost: of results that it had just published, one a slot at most.
    const orphans = spans.filter(({ parentSpanId }) => parentSpanId !== '' && !byId.has(parentSpanId));
    expect(orphans.map(({ name }) => name).filter((name) => name !== 'process results.v1')).toEqual([]);
    expect(orphans.length).toBeLessThanOrEqual(slots);
    const cutOff = new Set(orphans.map(({ traceId }) => traceId));

    const run = spans.filter(({ name }) => name === 'run');
    expect(run).toMatchObject([{ service: 'scale-coordinator', parentSpanId: '', attributes: { 'scale.run.id': runId } }]);
    const rounds = spans.filter(({ name }) => name === 'round');
    expect(rounds.map(({ parentSpanId }) => parentSpanId)).toEqual(rounds.map(() => run[0]?.spanId));
    expect(rounds.map(({ attributes }) => attributes['scale.round']).sort()).toEqual([1, 2, 3]);

    const traces = Map.groupBy(
      spans.filter(({ traceId }) => traceId !== run[0]?.traceId),
      ({ traceId }) => traceId,
    );
    const jobs = [...traces.values()].filter((trace) => trace.some(({ name }) => name === 'publish jobs.v1.execute'));
    // Three workflows on twelve queries, and the final pick's repeats.
    expect(jobs.length).toBeGreaterThanOrEqual(36);
    const executions = jobs.filter(([span]) => !cutOff.has(span?.traceId ?? ''));
    for (const trace of executions) expectEveryHop(trace, new Set(rounds.map(({ spanId }) => spanId)));
    const proposals = [...traces.values()].filter((trace) => trace.some(({ name }) => name === 'publish jobs.v1.propose'));
    expect(proposals.length).toBeGreaterThanOrEqual(2);
    for (const trace of proposals) {
      expect(pathTo(trace, 'POST')).toEqual([
        ...['publish jobs.v1.propose', 'receive jobs.v1.propose', 'process jobs.v1.propose', 'attempt'],
        ...[`chat ${file.configuration.optimizer.model}`, 'POST'],
      ]);
    }

    // On a slow machine a job of another may come again too.
    const twice = executions.filter((trace) => {
      const received = trace.filter(({ name }) => name === 'receive jobs.v1.execute').map(({ attributes }) => attributes);
      const first = received.find((attributes) => attributes['scale.job.delivery'] === 1);
      return received.length === 2 && first?.['messaging.client.id'] === killed;
    });
    expect(twice.length, 'jobs that the killed executor had').toBeGreaterThan(0);
    for (const trace of twice) {
      const received = trace.filter(({ name }) => name.startsWith('receive'));
      expect(received.map(({ attributes }) => attributes['scale.job.delivery']).sort()).toEqual([1, 2]);
      expect(new Set(received.map(({ instance }) => instance)).size).toBe(2);
      const processed = trace.filter(({ name }) => name === 'process jobs.v1.execute');
      // One that had done its work when it was killed, and not yet acknowledged it, has told of that too.
      expect(processed.map(({ attributes }) => attributes['scale.job.delivery'])).toContain(2);
    }
    const sources = twice.flat().map(({ attributes }) => attributes['scale.call.source']);
    expect(sources.filter((source) => source === 'journal').length, 'calls that it had finished').toBeGreaterThan(0);
    expectNoTexts(collector);
  });

  it('a run that another coordinator continues goes on in the same traces', async () => {
    await using collector = await startCollector(binary ?? '');
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_BSP_SCHEDULE_DELAY: '50' };
    await search(environment, 'coordinator', collector);
    const spans = spansOf(collector);
    const [run, ...others] = spans.filter(({ name }) => name === 'run');
    expect(others).toEqual([]);
    const rounds = spans.filter(({ name }) => name === 'round');
    expect(rounds.map(({ attributes }) => attributes['scale.round']).sort()).toEqual([1, 2, 3]);
    expect(new Set(rounds.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([run?.spanId]));
    const coordinatorsOf = Map.groupBy(
      spans.filter(({ name }) => /^(publish jobs|process results)/.test(name)),
      ({ traceId }) => traceId,
    );
    const shared = [...coordinatorsOf.values()].filter((trace) => new Set(trace.map(({ instance }) => instance)).size === 2);
    expect(shared.length, 'jobs that one queued and the other took in').toBeGreaterThan(0);
  });
});

/**
 * Each of a service's once: what the collector of a slow machine has not said in time that it took is sent again. A coordinator
 * that queues a job again has the same span for that.
 */
function spansOf({ spans }: TestCollector): CollectedSpan[] {
  return [...new Map(spans.map((span) => [`${span.instance} ${span.spanId}`, span])).values()];
}

/** The names of spans from the first of a trace down to one. */
function pathTo(trace: readonly CollectedSpan[], name: string): string[] {
  const byId = new Map(trace.map((span) => [span.spanId, span]));
  const path: string[] = [];
  for (let span = trace.findLast((each) => each.name === name); span !== undefined; span = byId.get(span.parentSpanId)) {
    path.unshift(span.name);
  }
  return path;
}

function expectEveryHop(trace: readonly CollectedSpan[], rounds: ReadonlySet<string>): void {
  const model = file.configuration.executor.model;
  const named = (name: string): CollectedSpan => {
    const span = trace.findLast((each) => each.name === name);
    expect(span, `${name} among ${trace.map((each) => each.name).join(', ')}`).toBeDefined();
    return span as CollectedSpan;
  };
  const published = named('publish jobs.v1.execute');
  expect(published).toMatchObject({ service: 'scale-coordinator', kind: kinds.producer, parentSpanId: '' });
  expect(published.attributes).toMatchObject({
    'messaging.system': 'nats',
    'messaging.operation.name': 'publish',
    'messaging.operation.type': 'send',
    'messaging.destination.name': 'jobs.v1.execute',
    'messaging.message.id': published.attributes['scale.job.id'],
  });
  expect(published.links.map(({ spanId }) => rounds.has(spanId))).toEqual([true]);
  const processed = named('process jobs.v1.execute');
  expect(processed).toMatchObject({ service: 'scale-executor', kind: kinds.consumer, isError: false });
  expect(processed.attributes).toMatchObject({ 'messaging.operation.type': 'process', 'scale.job.settlement': 'done' });
  const workflow = trace.findLast(({ name }) => name.startsWith('invoke_workflow '));
  expect(workflow?.attributes).toMatchObject({ 'gen_ai.operation.name': 'invoke_workflow' });
  const chat = named(`chat ${model}`);
  expect(chat.kind).toBe(kinds.client);
  expect(chat.attributes).toMatchObject({
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': model,
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': expect.any(Number),
    'gen_ai.usage.output_tokens': expect.any(Number),
    'server.address': '127.0.0.1',
  });
  const operator = trace.find(({ spanId }) => spanId === chat.parentSpanId);
  expect(operator?.name).toMatch(/^operator /);
  if (chat.attributes['scale.call.source'] === 'model') {
    expect(pathTo(trace, 'POST')).toEqual([
      ...['publish jobs.v1.execute', 'receive jobs.v1.execute', 'process jobs.v1.execute', 'attempt'],
      ...[workflow?.name, operator?.name, chat.name, 'POST'],
    ]);
    expect(named('POST').attributes).toMatchObject({ 'http.request.method': 'POST', 'http.response.status_code': 200 });
  }
  expect(pathTo(trace, 'score').at(-2)).toBe('attempt');
  expect(pathTo(trace, 'ack jobs.v1.execute').at(-2)).toBe('process jobs.v1.execute');
  expect(pathTo(trace, 'process results.v1').slice(-3)).toEqual([
    'process jobs.v1.execute',
    'publish results.v1',
    'process results.v1',
  ]);
  expect(named('process results.v1')).toMatchObject({ service: 'scale-coordinator', kind: kinds.consumer });
}

/** Neither a question nor a prompt of a workflow is on any span. */
function expectNoTexts(collector: TestCollector): void {
  const received = collector.text();
  for (const { fields } of file.benchmark.queries) {
    for (const text of Object.values(fields)) if (text.length > 20) expect(received.includes(text)).toBe(false);
  }
}
