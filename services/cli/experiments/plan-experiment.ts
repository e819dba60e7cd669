import { dirname, resolve } from 'node:path';
import { suggestion } from '../../domain/names/near-name.ts';
import { BenchmarkError } from '../../shared/benchmarks/benchmark-error.ts';
import { findBenchmark, isBenchmarkFile } from '../../shared/benchmarks/find-benchmark.ts';
import { completeRunFile, readRunFileSettings } from '../../shared/config/run-file.ts';
import { RunFileError } from '../../shared/config/run-file-error.ts';
import { settingsOf } from '../../shared/config/run-file-schema.ts';
import { CliError } from '../cli-error.ts';
import type { Experiment } from './experiment.ts';
import type { ExperimentOptions } from './experiment-options.ts';
import type { ExperimentBase, ExperimentPlan } from './experiment-plan.ts';

/** A reduced form that takes seconds to minutes on the simulated model: it shows how an experiment works, not what it finds. */
const quickly = { seeds: 2, limit: 12, testLimit: 12, rounds: 4, benchmarks: ['sample', 'gsm8k', 'mbpp'] } as const;
const seedsByDefault = 3;

/** @throws RunFileError, or CliError for too few benchmarks */
export async function planExperiment(experiment: Experiment, options: ExperimentOptions): Promise<ExperimentPlan> {
  const base = await readBase(options.runFile, options.benchmarks?.[0] ?? experiment.benchmarks[0]);
  const { quick, threshold, optimizers = [] } = options;
  const limits = {
    limit: options.limit ?? (quick ? quickly.limit : undefined),
    testLimit: options.testLimit ?? (quick ? quickly.testLimit : undefined),
    rounds: options.rounds ?? (quick ? quickly.rounds : undefined),
  };
  const names = options.benchmarks?.map((name) => pathFrom('', name));
  const benchmarkNames = await named(names ?? (await benchmarksOf(experiment, base, quick)));
  const benchmarks = [...benchmarkNames.keys()];
  if (benchmarks.length < experiment.fewestBenchmarks) {
    const count = `${experiment.name} needs ${experiment.fewestBenchmarks} benchmarks, but has ${benchmarks.join(', ') || 'none'}`;
    throw new CliError('bad-input', `${count}: name them with --benchmarks`);
  }
  refuseMethods(experiment, options.methods ?? []);
  const seeds = options.seeds ?? (quick ? quickly.seeds : seedsByDefault);
  const firstSeed = base.parsed.settings.seed;
  return {
    base,
    ...{ benchmarks, benchmarkNames },
    methods: options.methods ?? experiment.methods,
    seeds: Array.from({ length: seeds }, (_, index) => firstSeed + index),
    ...(Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined)) as typeof noLimits),
    ...{ threshold, optimizers, quick },
  };
}

/** @throws CliError */
function refuseMethods({ name, knownMethods, mostMethods }: Experiment, wanted: readonly string[]): void {
  if (mostMethods === 0 && wanted.length > 0) {
    throw new CliError('bad-input', `${name} varies a setting of its own, so it takes no --methods`);
  }
  for (const method of wanted) {
    if (knownMethods.includes(method)) continue;
    throw new CliError('bad-input', `${name} knows no method "${method}"; ${suggestion(method, knownMethods)}`);
  }
  if (wanted.length > mostMethods) {
    throw new CliError('bad-input', `${name} takes one method, but --methods names ${wanted.join(', ')}`);
  }
}

const noLimits: Pick<ExperimentPlan, 'limit' | 'testLimit' | 'rounds'> = {};

/** A run file names one benchmark; an experiment that needs several gets them from --benchmarks. */
async function benchmarksOf(experiment: Experiment, base: ExperimentBase, quick: boolean): Promise<readonly string[]> {
  if (base.runFile !== undefined) return [base.parsed.settings.benchmark.name];
  return quick ? present(base, quickly.benchmarks) : experiment.benchmarks;
}

async function readBase(runFile: string | undefined, benchmark = 'sample'): Promise<ExperimentBase> {
  if (runFile !== undefined) {
    const folder = dirname(runFile);
    const parsed = await readRunFileSettings(runFile);
    const { benchmark: own } = parsed.settings;
    const settings = { ...parsed.settings, benchmark: { ...own, name: pathFrom(folder, own.name) } };
    return { parsed: { ...parsed, settings }, folder, runFile };
  }
  const error = (field: string, message: string, cause?: unknown): RunFileError =>
    new RunFileError({ file: 'scale experiment', field }, message, { cause });
  const written = { benchmark };
  return { parsed: { settings: settingsOf(written), written, earlier: [], error }, folder: '' };
}

/** The path of a benchmark file is relative to the run file that holds it, or to the current folder; a name stays as it is. */
function pathFrom(folder: string, name: string): string {
  return isBenchmarkFile(name) ? resolve(folder, name) : name;
}

/** @throws BenchmarkError for one that does not exist, CliError for two that tables would call the same */
async function named(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, string>();
  for (const name of names) {
    const { name: title } = await findBenchmark(name);
    if (known.has(title)) throw new CliError('bad-input', `the benchmark ${title} is named twice`);
    known.set(title, name);
  }
  return known;
}

/** Those benchmarks whose files are on this machine. */
async function present({ parsed, folder }: ExperimentBase, names: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of names) {
    const benchmark = { name, split: 'test', folder: parsed.settings.benchmark.folder };
    try {
      await completeRunFile({ ...parsed, settings: { ...parsed.settings, benchmark } }, folder, name);
      found.push(name);
    } catch (error) {
      if (!(error instanceof BenchmarkError || error instanceof RunFileError)) throw error;
    }
  }
  return found;
}
