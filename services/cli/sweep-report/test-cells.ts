import { defined } from '../../domain/defined.ts';
import { bestOf } from '../../domain/report/run-progress.ts';
import type { RunState } from '../../domain/run/state.ts';
import { readBenchmarkFile } from '../../shared/benchmarks/benchmark-file/read-benchmark-file.ts';
import { benchmarkDefinitions } from '../../shared/benchmarks/registry.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { formatScore } from '../../shared/document/format.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import { mapAtOnce } from '../../shared/lifecycle/map-at-once.ts';
import { secretVariablesOf } from '../../shared/models/settings/key-bindings.ts';
import { readSweep } from '../../shared/runs/read-sweep.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { ClusterOptions } from '../cluster/cluster-options.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { evaluationFile, type FoundWorkflow } from '../eval/evaluation-file.ts';
import { readFoundWorkflow } from '../eval/read-found-workflow.ts';
import { createSharedCluster } from '../experiments/shared-cluster.ts';
import { type RunView, tellWaits } from '../progress/run-view.ts';
import { checkBeforeRun } from '../runs/check-before-run.ts';
import { createEndpointCheck } from '../runs/check-endpoints.ts';
import { needsSimulator } from '../runs/run-request.ts';
import { type EndedRun, runOn } from '../runs/run-to-its-end.ts';

export interface SweepTestOptions extends ClusterOptions {
  readonly split: string;
  readonly repeat: number;
  readonly limit?: number;
  /** Files of benchmarks of one's own. */
  readonly benchmark: readonly string[];
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
  readonly score?: number;
  /** Why it has none. */
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
 * Evaluates them, as `scale eval --run` does. One that fails does not stop the others.
 * @throws CliError or what else is wrong before anything was spent
 */
export async function testCells(cli: Cli, cells: readonly UntestedCell[], options: SweepTestOptions): Promise<CellTest[]> {
  const fileOfBenchmark = await filesByBenchmark(options.benchmark);
  const tests = await Promise.all(
    cells.map(async (cell) => ({ id: cell.id, file: await fileOf(cell, options, fileOfBenchmark) })),
  );
  const folder = dataFolderAt(options.dataDir);
  const files = tests.map(({ file }) => file);
  for (const file of different(files)) {
    await checkBeforeRun(cli, file, options.server, { path: folder.runs, option: '--data-dir' });
  }
  const cluster = createSharedCluster({
    ...{ cli, server: options.server, folder, notice: cli.notice },
    executors: options.executors ?? files[0]?.cluster.executors ?? 1,
    slots: options.slots ?? files[0]?.cluster.slots ?? 1,
    withSimulator: files.some(needsSimulator),
    simulatorBenchmarks: [...new Set(files.flatMap(({ benchmarkFile }) => benchmarkFile ?? []))],
    keyVariables: [...new Set(files.flatMap(({ endpoints }) => endpoints.flatMap(secretVariablesOf)))],
  });
  const { waitForEndpoints, parallel } = options;
  const check = createEndpointCheck(cli, { waits: waitForEndpoints });
  let ended = 0;
  const testOne = async ({ id, file }: (typeof tests)[number]): Promise<CellTest> => {
    const undertaking = {
      ...{ cli, file, check, folder, options: { fresh: false, waitForEndpoints }, view: quietView(cli, id) },
      begun: () => undefined,
      collect: async ({ record }: EndedRun) => ({ cell: id, runId: record.runId, ...outcomeOf(record.state()) }),
    };
    try {
      const outcome = await cluster.use((reached) => runOn(reached, undertaking));
      ended += 1;
      cli.notice(`[${ended}/${tests.length}] ${id}: ${outcome.error ?? `score ${formatScore(outcome.score ?? 0)}`}`);
      return outcome;
    } catch (error) {
      cli.interrupts.requested.throwIfAborted();
      return { cell: id, error: coerceError(error).message };
    }
  };
  try {
    return await mapAtOnce(tests, parallel, testOne);
  } finally {
    await cluster.close(cli.interrupts.forced);
  }
}

function outcomeOf(state: RunState): Pick<CellTest, 'score' | 'error'> {
  const score = bestOf(state)?.evaluation?.score;
  if (state.status === 'completed' && score !== undefined) return { score };
  return { error: state.failure === undefined ? `it was ${state.status}` : `it failed: ${state.failure.message}` };
}

/** What concerns people, and says of which cell it is. */
function quietView({ notice }: Cli, id: string): RunView {
  return {
    event: () => undefined,
    progress: () => undefined,
    waiting: tellWaits((message) => notice(`${id}: ${message}`)),
    notice: (message) => notice(`${id}: ${message}`),
    close: () => undefined,
  };
}

/** The path of each file by the name of the benchmark in it. @throws BenchmarkError, WorkflowFileError */
async function filesByBenchmark(paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return new Map(await Promise.all(paths.map(async (path) => [(await readBenchmarkFile(path)).name, path] as const)));
}

/** @throws CliError for a benchmark of one's own whose file was not named */
function fileOf({ id, found }: UntestedCell, options: SweepTestOptions, files: ReadonlyMap<string, string>): Promise<RunFile> {
  const { split, repeat, limit } = options;
  const { configuration } = found;
  const { name } = configuration.benchmark;
  const benchmark = files.get(name);
  if (benchmark === undefined && !benchmarkDefinitions.has(name)) {
    const message = `${id} ran on ${name}, a benchmark of your own: name its file with --benchmark FILE.yaml, and those of others after it`;
    throw new CliError('bad-input', message);
  }
  const choices = {
    split,
    repeat,
    seed: configuration.seed,
    ...defined({ limit, benchmark }),
  };
  return evaluationFile(found, choices);
}

/** One for each benchmark and place: the others have nothing else to check. */
function different(files: readonly RunFile[]): RunFile[] {
  const keyOf = ({ configuration, endpoints }: RunFile): string => JSON.stringify([configuration.benchmark, endpoints]);
  return [...new Map(files.map((file) => [keyOf(file), file])).values()];
}
