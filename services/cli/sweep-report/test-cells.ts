import { createHash } from 'node:crypto';
import { defined } from '../../domain/defined.ts';
import { benchmarkDefinitions } from '../../shared/benchmarks/registry.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import { mapAtOnce } from '../../shared/lifecycle/map-at-once.ts';
import { secretVariablesOf } from '../../shared/models/key-bindings.ts';
import type { Cli } from '../cli.ts';
import type { ClusterOptions } from '../cluster/cluster-options.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { evaluationFile, type FoundWorkflow } from '../eval/evaluation-file.ts';
import { readFoundWorkflow } from '../eval/read-found-workflow.ts';
import { createExperimentRuns } from '../experiments/experiment-runs.ts';
import { createSharedCluster } from '../experiments/shared-cluster.ts';
import { checkBeforeRun } from '../runs/check-before-run.ts';
import { needsSimulator } from '../runs/run-request.ts';
import { readSweep } from './read-sweep.ts';

export interface SweepTestOptions extends ClusterOptions {
  readonly split: string;
  readonly repeat: number;
  readonly limit?: number;
  readonly benchmark?: string;
  readonly parallel: number;
  readonly executors?: number;
  readonly slots?: number;
  readonly waitForEndpoints: boolean;
}

/** What a completed search of a sweep has found, and was not tested yet. */
export interface UntestedCell {
  readonly id: string;
  readonly found: FoundWorkflow;
}

/** How the test of a cell ended. */
export interface CellTest {
  readonly cell: string;
  readonly runId?: string;
  readonly error?: string;
}

const atOnce = 4;

export async function untestedCells(cluster: ReachedCluster, sweepId: string, signal: AbortSignal): Promise<UntestedCell[]> {
  const { cells } = await readSweep(cluster, sweepId, signal);
  const untested = cells.flatMap(({ id, status, run }) =>
    status !== 'completed' || run?.score === undefined || run.test !== undefined ? [] : [{ id, runId: run.runId }],
  );
  return mapAtOnce(untested, atOnce, async ({ id, runId }) => ({ id, found: await readFoundWorkflow(cluster, runId, signal) }));
}

/**
 * Evaluates them as a sweep of their own. One that fails does not stop the others.
 * @throws CliError or what else is wrong before anything was spent
 */
export async function testCells(
  cli: Cli,
  sweep: string,
  cells: readonly UntestedCell[],
  options: SweepTestOptions,
): Promise<CellTest[]> {
  const files = await Promise.all(cells.map(async (cell) => ({ ...cell, file: await fileOf(cell, options) })));
  const folder = dataFolderAt(options.dataDir);
  for (const file of different(files.map(({ file: one }) => one)))
    await checkBeforeRun(cli, file, options.server, { path: folder.runs, option: '--data-dir' });
  const all = files.map(({ file }) => file);
  const cluster = createSharedCluster({
    ...{ cli, server: options.server, folder, notice: cli.notice },
    executors: options.executors ?? all[0]?.cluster.executors ?? 1,
    slots: options.slots ?? all[0]?.cluster.slots ?? 1,
    withSimulator: all.some(needsSimulator),
    simulatorBenchmarks: [...new Set(all.flatMap(({ benchmarkFile }) => benchmarkFile ?? []))],
    keyVariables: [...new Set(all.flatMap(({ endpoints }) => endpoints.flatMap(secretVariablesOf)))],
  });
  const { repeat, limit, split } = options;
  const runs = createExperimentRuns({
    ...{ cli, cluster, folder, isLocal: options.server === undefined, parallel: options.parallel },
    name: `test of ${sweep}`,
    baseHash: createHash('sha256')
      .update(JSON.stringify([split, repeat, limit]))
      .digest('hex'),
    waitForEndpoints: options.waitForEndpoints,
  });
  try {
    const outcomes = await Promise.all(
      files.map(async ({ id, found, file }): Promise<CellTest> => {
        const { benchmark, seed } = found.configuration;
        const subject = { part: 'test', benchmark: benchmark.name, what: id, seed } as const;
        try {
          return { cell: id, runId: await runs.run(file, subject, ({ record }) => record.runId) };
        } catch (error) {
          cli.interrupts.requested.throwIfAborted();
          return { cell: id, error: coerceError(error).message };
        }
      }),
    );
    await runs.settle();
    return outcomes;
  } finally {
    await runs.close();
    await cluster.close(cli.interrupts.forced);
  }
}

function fileOf({ found }: UntestedCell, { split, repeat, limit, benchmark }: SweepTestOptions): Promise<RunFile> {
  const { configuration } = found;
  const isBuiltIn = benchmarkDefinitions.has(configuration.benchmark.name);
  const choices = {
    split,
    repeat,
    seed: configuration.seed,
    ...defined({ limit, benchmark: isBuiltIn ? undefined : benchmark }),
  };
  return evaluationFile(found, choices);
}

/** One for each benchmark and place: the others have nothing else to check. */
function different(files: readonly RunFile[]): RunFile[] {
  const keyOf = ({ configuration, endpoints }: RunFile): string => JSON.stringify([configuration.benchmark, endpoints]);
  return [...new Map(files.map((file) => [keyOf(file), file])).values()];
}
