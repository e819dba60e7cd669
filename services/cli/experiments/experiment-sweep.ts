import { configurationFromProto } from '../../shared/contracts/configuration-codec.ts';
import {
  RunStatus,
  type StartedCell,
  type StartRunRequest,
  StartRunResponse,
  type StartSweepResponse,
  type SweepCellView,
  type SweepLabel,
} from '../../shared/contracts/generated/scale/v1/control.ts';

import { runIdOf } from '../../shared/contracts/run-id.ts';
import { pause } from '../../shared/lifecycle/abort.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import { CliError } from '../cli-error.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { patiently } from '../runs/patiently.ts';
import { labelsOfSubject, nameOfSubject, type RunSubject } from './run-subject.ts';

/** The sweep whose cells are an experiment's runs. The cluster starts them; this adds to them and waits for their turns. */
export interface ExperimentSweep {
  /**
   * Makes the run a cell of the sweep, and returns when it has begun or had ended.
   * @param hasEnded the run already has its result
   * @throws CliError if it ended without having begun
   */
  start(cell: ExperimentCell, signal: AbortSignal): Promise<StartRunResponse>;
  /** Sees the sweep to its end, which follows that of its last run. */
  settle(signal: AbortSignal): Promise<void>;
  /** Keeps it from starting more. */
  hold(signal: AbortSignal): Promise<void>;
}

export interface ExperimentCell {
  readonly subject: RunSubject;
  readonly message: StartRunRequest;
  readonly hasEnded: boolean;
}

export interface ExperimentSweepSettings {
  readonly name: string;
  /** Of everything that its runs have in common. */
  readonly baseHash: string;
  /** Runs in flight at once. */
  readonly atOnce: number;
}

/** Cells that are added within this time become known to the cluster together. */
const gatherMs = 50;
const lookMs = 300;

export function createExperimentSweep(
  cluster: Pick<ReachedCluster, 'client' | 'kind'>,
  { name, baseHash, atOnce }: ExperimentSweepSettings,
): ExperimentSweep {
  const { client } = cluster;
  /** By the ids of their runs: two subjects that come to the same run are one cell, under the labels of the first. */
  const cells = new Map<string, StartedCell>();
  const benchmarks = new Map<string, Promise<unknown>>();
  let sweepId: string | undefined;
  /** The next telling, which all cells share that are added before it. */
  let gathering: Promise<StartSweepResponse> | undefined;
  /** Tellings follow one another: each names all cells that there are. */
  let telling: Promise<unknown> = Promise.resolve();
  let views: Promise<readonly SweepCellView[]> | undefined;

  const keepBenchmark = async ({ benchmark, configuration }: StartRunRequest, signal: AbortSignal): Promise<void> => {
    const contentHash = configuration?.benchmark?.contentHash ?? '';
    if (benchmark === undefined) return;
    const keeping = benchmarks.get(contentHash) ?? patiently(cluster, () => client.keepBenchmark(benchmark, signal), signal);
    benchmarks.set(contentHash, keeping);
    try {
      await keeping;
    } catch (error) {
      benchmarks.delete(contentHash);
      throw error;
    }
  };

  const tell = async (signal: AbortSignal): Promise<StartSweepResponse> => {
    await pause(systemTiming, gatherMs, signal);
    await telling.catch(() => undefined);
    gathering = undefined;
    signal.throwIfAborted();
    const request = { name, baseHash, settings: { atOnce }, cells: [...cells.values()] };
    const asked = patiently(cluster, () => client.startSweep(request, signal), signal);
    telling = asked;
    const response = await asked;
    if (sweepId === undefined) {
      sweepId = response.sweepId;
      const { summary } = await client.getSweep(sweepId, signal);
      // Whoever gives the command again wants it to go on.
      if (summary?.status === 'paused') await client.resumeSweep(sweepId, signal);
    }
    return response;
  };

  /** Whoever looks at the same time shares the answer. */
  const look = (id: string, signal: AbortSignal): Promise<readonly SweepCellView[]> => {
    views ??= pause(systemTiming, lookMs, signal)
      .then(() => patiently(cluster, () => client.getSweep(id, signal), signal))
      .then((response) => response.cells)
      .finally(() => {
        views = undefined;
      });
    return views;
  };

  return {
    async start({ subject, message, hasEnded }, signal) {
      await keepBenchmark(message, signal);
      const { benchmark: _, ...start } = message;
      if (start.configuration === undefined) throw new RangeError('a run needs a configuration');
      const wanted = runIdOf(configurationFromProto(start.configuration));
      const labels = cells.get(wanted)?.labels ?? labelsOfSubject(subject);
      cells.set(wanted, { labels, start });
      gathering ??= tell(signal);
      const { sweepId: id, continued } = await gathering;
      if (hasEnded) return StartRunResponse.fromPartial({ runId: wanted, continued: true, status: RunStatus.COMPLETED });
      for (;;) {
        const view = (await look(id, signal)).find((one) => !one.leftOut && isOf(one, labels));
        signal.throwIfAborted();
        if (view?.runId === undefined || view.state === 'waiting') continue;
        const { runId, outcome } = view;
        // The sweep's log names a run before the cluster knows it.
        if (view.state === 'running' && view.run === undefined) continue;
        if (outcome === undefined || outcome.status === 'completed')
          return StartRunResponse.fromPartial({ runId, continued, status: RunStatus.RUNNING });
        const message = `${nameOfSubject(subject)} (run ${runId}) has no result, so the experiment has none: ${outcome.why}`;
        throw new CliError('failed', message);
      }
    },
    async settle(signal) {
      if (sweepId === undefined) return;
      for (;;) {
        const { summary } = await client.getSweep(sweepId, signal);
        if (summary?.endedAtMs !== undefined) return;
        await pause(systemTiming, lookMs, signal);
        signal.throwIfAborted();
      }
    },
    async hold(signal) {
      if (sweepId !== undefined) await client.pauseSweep(sweepId, 'the experiment has ended without it', signal);
    },
  };
}

function isOf({ cell }: SweepCellView, labels: readonly SweepLabel[]): boolean {
  return (
    JSON.stringify(cell?.labels.map(({ axis, value }) => [axis, value])) ===
    JSON.stringify(labels.map(({ axis, value }) => [axis, value]))
  );
}
