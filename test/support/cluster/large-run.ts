import { pino } from 'pino';
import { dataFolderAt, makeDataFolder } from '../../../services/cli/cluster/data-folder.ts';
import { openRunLog } from '../../../services/coordinator/log/run-log.ts';
import { runSummary } from '../../../services/coordinator/runs/run-summary.ts';
import type { Benchmark } from '../../../services/domain/benchmark.ts';
import { executionJobId } from '../../../services/domain/run/job-id.ts';
import { encodeBenchmark } from '../../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../../services/shared/contracts/configuration-codec.ts';
import { RunStatus } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { mapAtOnce } from '../../../services/shared/lifecycle/map-at-once.ts';
import { systemTiming } from '../../../services/shared/lifecycle/timing.ts';
import { connectBus } from '../../../services/shared/messaging/nats-bus.ts';
import { findNatsServer } from '../../../services/shared/toolchain/find-nats-server.ts';
import { startNatsServer } from '../../../services/shared/toolchain/nats-process.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../unit/domain/search/made-up-world.ts';
import { modelCall, runManifest } from '../bus-messages.ts';

const rounds = 20;
const runId = 'large-run';
const atOnce = 256;

export interface LargeRun {
  readonly runId: string;
  readonly rounds: number;
  readonly queries: number;
  /** The id of one of its queries, whose results are stored. */
  readonly query: string;
}

/**
 * Makes up a finished search of 20 rounds in a data folder, with log, snapshots, manifest and summary, as a coordinator
 * writes them.
 * @param results of which queries they are stored
 */
export async function storeLargeRun(
  root: string,
  executions: number,
  results: 'all queries' | 'first query' = 'first query',
): Promise<LargeRun> {
  const queries = Math.ceil(executions / rounds);
  const benchmark: Benchmark = {
    ...{ name: 'made-up', split: 'validate', description: '', inputs: ['question'], operators: ['custom'], scorer: 'strict' },
    ...{ otherScorers: [], answerFormat: '' },
    queries: Array.from({ length: queries }, (_, index) => ({
      id: `q${index}`,
      fields: { question: `What is ${index} + 1? ${'Some more text of a usual length. '.repeat(8)}` },
      reference: `${index + 1}`,
    })),
  };
  const folder = dataFolderAt(root);
  await makeDataFolder(folder);
  const { path: binary } = await findNatsServer({ environment: process.env });
  await using server = await startNatsServer({ binary, storeFolder: folder.nats });
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
  const written = await openRunLog(bus, runId, { timing: systemTiming, snapshotEntries: 64 }, new AbortController().signal);
  const isStored = ({ queryIndex }: { readonly queryIndex: number }) => results === 'all queries' || queryIndex === 0;
  for (const event of log) {
    await written.append(event);
    if (event.kind !== 'executions-completed') continue;
    await mapAtOnce(event.outcomes.filter(isStored), atOnce, async ({ queryIndex, repeat, score }) => {
      const jobId = executionJobId(state.rounds[event.round - 1]?.workflowHash ?? '', queryIndex, repeat);
      const answer = `The answer is ${queryIndex + 1}.`;
      const execution = { answer, extracted: `${queryIndex + 1}`, score, otherScores: {}, failure: undefined };
      const about = { schemaVersion: 1, runId, jobId, epoch: 1, worker: 'executor-1', delivery: 1, elapsedMs: 150 };
      const calls = [modelCall('solve/0', `${'Let us think step by step. '.repeat(20)}${answer}`)];
      await bus.results.put({ ...about, calls, outcome: { $case: 'execution', value: execution } });
    });
  }
  const endedAtMs = Date.now();
  await bus.runs.update(runId, (manifest) => {
    const ended = { ...manifest, status: RunStatus.COMPLETED, endedAtMs };
    return { ...ended, summary: runSummary(ended, { state, times: written.times }, undefined, endedAtMs) };
  });
  await bus.close();
  return { runId, rounds, queries, query: 'q0' };
}
