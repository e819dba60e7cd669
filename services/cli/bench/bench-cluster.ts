import { join } from 'node:path';
import { readRunFile } from '../../shared/config/run-file.ts';
import { watchReliably } from '../../shared/control-client/watch-reliably.ts';
import { linkedWithin } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import { createRunRecord, type RunRecord } from '../../shared/runs/run-record.ts';
import type { Cli } from '../cli.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import { type ReachedCluster, reachLocalCluster } from '../cluster/reach-cluster.ts';
import { startRunRequestOf } from '../runs/run-request.ts';

/** A cluster whose runs are followed by this process, so that no command of theirs takes a part of the machine. */
export interface BenchCluster extends AsyncDisposable {
  /** Starts a run and follows it to its end. @throws Error if it fails */
  run(runFile: string): Promise<RunRecord>;
  /** Resolves when all executors have told the coordinator that they are there: a run may begin with the first of them. */
  complete(): Promise<void>;
  /** The folder with a log for each service, which says where its metrics are. */
  readonly logs: string;
}

const patienceMs = 60_000;
const askAgainMs = 100;

export async function openBenchCluster(
  cli: Cli,
  { folder, executors, slots }: { readonly folder: string; readonly executors: number; readonly slots: number },
): Promise<BenchCluster> {
  const signal = cli.interrupts.requested;
  const dataFolder = dataFolderAt(join(folder, 'cluster'));
  const cluster = await reachLocalCluster(
    {
      ...{ folder: dataFolder, executors, slots, environment: cli.environment, notice: cli.notice },
      purpose: 'run',
      withSimulator: false,
    },
    signal,
  );
  return {
    run: async (runFile) => {
      const request = startRunRequestOf(await readRunFile(runFile), undefined);
      await cluster.bindKeys(request.endpoints);
      const { runId } = await cluster.client.startRun(request, signal);
      return await follow(cluster, runId, signal);
    },
    complete: async () => {
      using limit = linkedWithin(systemTiming, patienceMs, signal);
      for (;;) {
        const { workers } = await cluster.client.listWorkers(limit.signal);
        if (workers.filter(({ kinds }) => kinds.includes('execute')).length >= executors) return;
        await systemTiming.sleep(askAgainMs, limit.signal);
      }
    },
    logs: dataFolder.logs,
    [Symbol.asyncDispose]: () => cluster.close(cli.interrupts.forced),
  };
}

async function follow({ client }: ReachedCluster, runId: string, signal: AbortSignal): Promise<RunRecord> {
  const record = createRunRecord(runId);
  for await (const update of watchReliably(client, { runId, afterSequence: 0, follow: true, patienceMs }, signal)) {
    if (update.kind === 'restarted') record.restart();
    if (update.kind === 'event') record.add(update.logged);
    if (record.isOver()) break;
  }
  signal.throwIfAborted();
  const { failure } = record.state();
  if (failure !== undefined) throw new Error(`the run of the bench failed: ${failure.message}`);
  return record;
}
