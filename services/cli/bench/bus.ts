import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BareJobsResult, runBareJobs } from '../../shared/messaging/jobs/bare-jobs.ts';
import type { RecordedEvent } from '../../shared/runs/run-record.ts';
import { findNatsServer } from '../../shared/toolchain/find-nats-server.ts';
import { startNatsServer } from '../../shared/toolchain/nats-process.ts';
import type { Cli } from '../cli.ts';
import type { Bench } from './bench.ts';
import { openBenchCluster } from './bench-cluster.ts';
import { oneEvaluation, prepareSearch } from './run-search.ts';

const slots = 64;
/** About what jobs and results of one execution are. */
const sizes = { jobBytes: 300, resultBytes: 300 } as const;
const zeroCalls = 'workflow: 1\nsteps:\n  - return: "{{query.question}}"\n';
/** A comparison, where the search for a number in a question would cost more than the bus does. */
const scorer = 'exact-match';

/** Jobs that call no model, through the whole cluster, against what the same server does when nothing has to be decided. */
export const busBench: Bench = {
  name: 'bus',
  description: 'jobs without a model call, per second, against a bare publish, pull, result and confirmed acknowledgement',
  run: async (cli, { quick }) => {
    const jobs = quick ? 300 : 20_000;
    const bare = await bareJobs(cli, jobs);
    const { seconds, secondsToFirst } = foldTimes(await runJobs(cli, jobs));
    const [perSecond, limit] = [jobs / seconds, jobs / bare.seconds];
    return {
      rows: [
        { name: 'bare loop', value: limit, unit: 'jobs/s', ratio: 1 },
        { name: "a run's jobs, over the bare loop", value: perSecond, unit: 'jobs/s', limit, ratio: perSecond / limit },
        {
          ...{ name: 'to the first folded result', value: secondsToFirst, unit: 's' },
          ...{ limit: bare.secondsToFirstResult, ratio: secondsToFirst / bare.secondsToFirstResult },
        },
      ],
      notes: [
        `${jobs} jobs, one executor of ${slots} slots; times are those of the log's entries, from the run's first. The bare loop has its own nats-server with the same settings (sync_interval: always), streams and client library, a worker process with ${slots} jobs in flight, and bodies of ${sizes.jobBytes} and ${sizes.resultBytes} bytes.`,
      ],
    };
  },
};

/** On a server of their own, which ends with them. */
export async function bareJobs(cli: Cli, jobs: number): Promise<BareJobsResult> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-bench-'));
  try {
    const { path: binary } = await findNatsServer({ environment: cli.environment });
    await using server = await startNatsServer({ binary, storeFolder: join(folder, 'nats') }, cli.interrupts.requested);
    return await runBareJobs({ url: server.url, jobs, inFlight: slots, ...sizes }, cli.interrupts.requested);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runJobs(cli: Cli, jobs: number): Promise<readonly RecordedEvent[]> {
  const search = {
    settings: oneEvaluation,
    executors: 1,
    slots,
    maxConcurrency: slots,
    latencyMs: 0,
    workflow: zeroCalls,
    scorer,
  };
  await using prepared = await prepareSearch(cli, { ...search, queries: jobs });
  await using cluster = await openBenchCluster(cli, { folder: prepared.folder, executors: 1, slots });
  return (await cluster.run(prepared.runFile)).events;
}

/** Seconds from a log's first entry to its first and to its last entry with results of executions. */
export function foldTimes(events: readonly RecordedEvent[]): { readonly seconds: number; readonly secondsToFirst: number } {
  const began = events[0]?.timeMs ?? Number.NaN;
  const folds = events.filter(({ event }) => event.kind === 'executions-completed').map(({ timeMs }) => timeMs);
  return {
    seconds: ((folds.at(-1) ?? Number.NaN) - began) / 1000,
    secondsToFirst: ((folds[0] ?? Number.NaN) - began) / 1000,
  };
}
