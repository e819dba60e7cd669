/**
 * How long `scale show` of one execution takes beside how many executions are stored: node test/measure/show.ts [EXECUTIONS] A
 * finished search is made up, with the log, the results and the manifest of a real one, on a real nats-server. Then executions of
 * every round are asked for, by the command as users start it: with a cluster that runs, and with none, which it starts for
 * itself.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { dataFolderAt, makeDataFolder } from '../../services/cli/cluster/data-folder.ts';
import { startLocalCluster } from '../../services/cli/cluster/local-cluster.ts';
import { openRunLog } from '../../services/coordinator/run-log.ts';
import type { Benchmark } from '../../services/domain/benchmark.ts';
import { executionJobId } from '../../services/domain/run/job-id.ts';
import { encodeBenchmark } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { systemTiming } from '../../services/shared/lifecycle/timing.ts';
import { connectBus } from '../../services/shared/messaging/nats-bus.ts';
import { findNatsServer } from '../../services/shared/toolchain/find-nats-server.ts';
import { startNatsServer } from '../../services/shared/toolchain/nats-process.ts';
import { modelCall, runManifest } from '../support/bus-messages.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../unit/domain/search/made-up-world.ts';

const executions = Number(process.argv[2] ?? 100_000);
const rounds = 20;
const queries = Math.ceil(executions / rounds);
const runId = 'large-run';
const atOnce = 256;

const benchmark: Benchmark = {
  ...{ name: 'made-up', split: 'validate', description: '', inputs: ['question'], operators: ['custom'], scorer: 'strict' },
  ...{ otherScorers: [], answerFormat: '' },
  queries: Array.from({ length: queries }, (_, index) => ({
    id: `q${index}`,
    fields: { question: `What is ${index} + 1? ${'Some more text of a usual length. '.repeat(8)}` },
    reference: `${index + 1}`,
  })),
};

async function store(natsFolder: string): Promise<number> {
  const { path: binary } = await findNatsServer({ environment: process.env });
  await using server = await startNatsServer({ binary, storeFolder: natsFolder });
  const bus = await connectBus({ servers: [server.url], name: 'measure', logger: pino({ level: 'silent' }) });
  const contentHash = await bus.blobs.put(encodeBenchmark(benchmark));
  const made = madeUpConfiguration({
    queryCount: queries,
    search: { maxRounds: rounds, proposalAttempts: 9 },
    evaluation: { method: 'full', warmUpRounds: 0 },
  });
  const configuration = { ...made, benchmark: { ...made.benchmark, contentHash } };
  const { log, state } = continueRun(madeUpWorld(), configuration);
  const kept = { ...runManifest(runId, RunStatus.RUNNING), configuration: configurationToProto(configuration) };
  await bus.runs.put({ ...kept, createdAtMs: Date.now() });
  // As a coordinator writes it, with its snapshots.
  const written = await openRunLog(bus, runId, { timing: systemTiming, snapshotEntries: 64 }, new AbortController().signal);
  let stored = 0;
  let waiting: Promise<unknown>[] = [];
  for (const event of log) {
    await written.append(event);
    if (event.kind !== 'executions-completed') continue;
    for (const { queryIndex, repeat, score } of event.outcomes) {
      const jobId = executionJobId(state.rounds[event.round - 1]?.workflowHash ?? '', queryIndex, repeat);
      const answer = `The answer is ${queryIndex + 1}.`;
      const execution = { answer, extracted: `${queryIndex + 1}`, score, otherScores: {}, failure: undefined };
      const about = { schemaVersion: 1, runId, jobId, epoch: 1, worker: 'executor-1', delivery: 1, elapsedMs: 150 };
      const calls = [modelCall('solve/0', `${'Let us think step by step. '.repeat(20)}${answer}`)];
      waiting.push(bus.results.put({ ...about, calls, outcome: { $case: 'execution', value: execution } }));
      stored += 1;
      if (waiting.length < atOnce) continue;
      await Promise.all(waiting);
      waiting = [];
    }
  }
  await Promise.all(waiting);
  await bus.runs.update(runId, (manifest) => ({ ...manifest, status: RunStatus.COMPLETED }));
  await bus.close();
  return stored;
}

const command = join(import.meta.dirname, '../../services/cli/scale.ts');

async function secondsOf(root: string, ...words: readonly string[]): Promise<number> {
  const began = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...words, '--data-dir', root, '--json'], {
    maxBuffer: 2 ** 28,
  });
  JSON.parse(stdout);
  return (performance.now() - began) / 1_000;
}

function told(what: string, seconds: readonly number[]): void {
  const sorted = seconds.toSorted((a, b) => a - b);
  const shown = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((each) => (each ?? Number.NaN).toFixed(2));
  console.log(`${what}: fastest ${shown[0]} s, median ${shown[1]} s, slowest ${shown[2]} s of ${seconds.length}`);
}

const root = await mkdtemp(join(tmpdir(), 'scale-measure-'));
try {
  const folder = dataFolderAt(root);
  await makeDataFolder(folder);
  console.log(`${await store(folder.nats)} executions stored`);
  const ask = (index: number) =>
    secondsOf(root, 'show', runId, '--round', '1', '--query', benchmark.queries[(index * 977) % queries]?.id ?? '');
  const alone: number[] = [];
  for (let index = 0; index < 3; index += 1) alone.push(await ask(index));
  told('with no cluster running', alone);
  const cluster = await startLocalCluster(
    {
      ...{ folder, purpose: 'run', executors: 1, slots: 1, withSimulator: false, environment: process.env },
      notice: (message) => console.error(message),
    },
    new AbortController().signal,
  );
  const attached: number[] = [];
  for (let index = 0; index < 10; index += 1) attached.push(await ask(index));
  await cluster.stop(new AbortController().signal);
  told('with a cluster that runs', attached);
} finally {
  await rm(root, { recursive: true, force: true, maxRetries: 5 });
}
