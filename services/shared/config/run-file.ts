import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import type { Benchmark } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import type { PriceTable } from '../../domain/prices/price-table.ts';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import type { RunKind } from '../../domain/run/run-kind.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { BenchmarkError, type BenchmarkProblem } from '../benchmarks/benchmark-error.ts';
import { isBenchmarkFile } from '../benchmarks/find-benchmark.ts';
import { type LoadedBenchmark, loadBenchmark } from '../benchmarks/load-benchmark.ts';
import { readWorkflowFile } from '../benchmarks/read-workflow-file.ts';
import type { CacheUse, CallShare, RunLimits } from '../contracts/generated/scale/v1/control.ts';
import { whyUnread } from '../errors/file-error.ts';
import { deepFreeze } from '../settings/deep-freeze.ts';
import { isGroup } from '../settings/sorted-text.ts';
import { EncodingError, utf8Text } from '../settings/utf8-text.ts';
import type { Provenance } from './amend-settings.ts';
import { configurationOf } from './configuration-of.ts';
import { contradictionIn } from './contradiction-in.ts';
import { dataFolderOf } from './data-folder.ts';
import { checkEndpointUse, type RunEndpoint, usedEndpoints } from './endpoints/run-endpoints.ts';
import { type FileSurroundings, type ParsedRunFile, parseRunFile } from './parse-run-file.ts';
import { pricesOfEnvironment, priceTableOf, readPriceFile } from './price-file.ts';
import { RunFileError } from './run-file-error.ts';
import type { RunFileSettings } from './run-file-schema.ts';
import { runLimitsOf } from './run-limits.ts';
import { singleRound } from './single-round.ts';
import { writtenSettings } from './written-settings.ts';

/** All that a run needs, from a run file. Frozen. */
export interface RunFile {
  readonly configuration: RunConfiguration;
  readonly benchmark: Benchmark;
  /** The absolute path of the file that defines the benchmark; none if it is built in. */
  readonly benchmarkFile?: string;
  readonly endpoints: readonly RunEndpoint[];
  /** What the user should know though the file is not at fault, a sentence each. */
  readonly warnings: readonly string[];
  /** What the user decided, without any default; see written-settings.ts. */
  readonly written: string;
  /** What the same file would have configured with the defaults of earlier versions. */
  readonly earlierConfigurations: readonly RunConfiguration[];
  /** How fast, never what: not part of the run's identity. */
  readonly cluster: { readonly executors: number; readonly slots: number };
  /** What it has of the cluster beside other runs. */
  readonly share: CallShare;
  /** Whose run it is; absent: whoever starts it decides. */
  readonly team?: string;
  /** How it uses the response cache, which changes its cost and not its log; absent: not at all. */
  readonly cache?: CacheUse;
  /** Most that it may spend, which is no part of what it is; absent: no limit. */
  readonly limits?: RunLimits;
  /** What its models cost, as far as the file says. */
  readonly prices?: PriceTable;
  /** What came from outside the file, as labels; absent: nothing. */
  readonly provenance?: Provenance;
  /** The part of the latest executions that the infrastructure may lose before the run pauses itself. */
  readonly failureShare: number;
}

/**
 * Reads a run file with everything that it names: benchmark and initial workflow. Nothing is spent on a file that is wrong.
 * @throws RunFileError, BenchmarkError or WorkflowFileError with one sentence for the user
 */
export async function readRunFile(path: string, surroundings: FileSurroundings = {}): Promise<RunFile> {
  return completeRunFile(await readRunFileSettings(path, surroundings), dirname(path), basename(path, extname(path)));
}

/**
 * A run file's own settings, before anything that it names is read.
 * @throws RunFileError
 */
export async function readRunFileSettings(path: string, surroundings: FileSurroundings = {}): Promise<ParsedRunFile> {
  return parseRunFile(await readText(path), path, surroundings);
}

/**
 * Reads what settings name: benchmark and initial workflow.
 * @param base the folder that relative paths start from
 * @param firstWorkflowOf replaces the workflow that the settings name
 * @param kind by default what the settings say: a search, or the query-level baseline
 * @param load replaces the reading of the benchmark, for those who need the same one many times
 * @throws RunFileError, BenchmarkError or WorkflowFileError with one sentence for the user
 */
export async function completeRunFile(
  parsed: ParsedRunFile,
  base: string,
  defaultName: string,
  {
    kind,
    firstWorkflowOf = (benchmark) => initialWorkflowFor(parsed.settings, benchmark, base),
    load = loadBenchmark,
  }: {
    readonly kind?: RunKind;
    readonly firstWorkflowOf?: (benchmark: LoadedBenchmark) => Promise<Workflow>;
    readonly load?: typeof loadBenchmark;
  } = {},
): Promise<RunFile> {
  const settings = runnableSettings(parsed.settings);
  const contradiction = contradictionIn(settings);
  if (contradiction !== undefined) throw parsed.error(contradiction.field, contradiction.message);
  // Before the benchmark is read, which may take a while.
  usedEndpoints(parsed, []);
  const prices = await pricesIn(parsed, base);
  const benchmark = await benchmarkOf(parsed, base, load);
  const endpoints = usedEndpoints(parsed, benchmark.judgeEndpoints);
  const warnings = [...checkEndpointUse(parsed, benchmark.judgeEndpoints), ...unusedParallelism(parsed)];
  const initialWorkflow = await firstWorkflowOf(benchmark);
  const name = settings.name ?? defaultName;
  const { file } = benchmark;
  const configurationWith = (given: RunFileSettings) =>
    configurationOf(given, name, benchmark, initialWorkflow, kind ?? kindOf(given));
  return deepFreeze({
    configuration: configurationWith(settings),
    benchmark,
    written: writtenSettings(parsed.written, { benchmark, initialWorkflow }),
    earlierConfigurations: parsed.earlier
      .map(({ settings: before, preset }) => runnableSettings(before, preset))
      .filter((before) => contradictionIn(before) === undefined)
      .map(configurationWith),
    ...defined({ benchmarkFile: file, provenance: parsed.provenance }),
    endpoints,
    warnings,
    cluster: settings.cluster,
    failureShare: settings.failure_share,
    share: shareOf(settings.share),
    ...defined({ team: settings.share.team }),
    ...(settings.cache && { cache: cacheUseOf(settings.cache) }),
    ...defined({ limits: limitsIn(parsed) }),
    ...defined({ prices }),
  });
}

function shareOf({ weight, priority, at_most: atMost = 0 }: RunFileSettings['share']): CallShare {
  return { weight, priority, atMost };
}

function limitsIn({ settings, error }: ParsedRunFile): RunLimits | undefined {
  if (settings.limits === undefined) return undefined;
  const limits = runLimitsOf(settings.limits, Date.now());
  if ('fault' in limits) throw error('limits.until', `limits.until ${limits.fault}`);
  return limits;
}

/** What the models cost, by the run file or, if it does not say, by the environment. @throws PriceFileError */
export async function pricesIn({ settings: { prices } }: ParsedRunFile, base: string): Promise<PriceTable | undefined> {
  if (prices === undefined) return pricesOfEnvironment();
  return typeof prices === 'string' ? readPriceFile(resolve(base, prices)) : priceTableOf(prices);
}

function cacheUseOf({ namespace, max_age_days: days = 0 }: NonNullable<RunFileSettings['cache']>): CacheUse {
  return { namespace, maxAgeMs: Math.ceil(days * 86_400_000) };
}

/** A query-level run has one round, and ignores everything that controls a search. */
function runnableSettings(settings: RunFileSettings, preset?: RunFileSettings): RunFileSettings {
  const { mode, token_budget } = settings.search;
  if (mode !== 'query-level') return settings;
  const { search, evaluation } = singleRound(settings, settings.evaluation.repeats, preset);
  return { ...settings, search: { ...search, canary: false, mode, token_budget }, evaluation };
}

function kindOf({ search }: RunFileSettings): RunKind {
  return search.mode === 'query-level' ? 'query-level' : 'search';
}

async function readText(path: string): Promise<string> {
  try {
    return utf8Text(await readFile(path));
  } catch (cause) {
    if (cause instanceof EncodingError)
      throw new RunFileError({ file: path, line: cause.line, field: '' }, cause.message, { cause });
    throw new RunFileError({ file: path, field: '' }, whyUnread(cause, 'run file'), { cause });
  }
}

/** A token budget decides about one round after another, so with one they cannot be under way at once. */
function unusedParallelism({ settings, written }: ParsedRunFile): string[] {
  const { token_budget: budget, parallelism } = settings.search;
  const said = isGroup(written) && isGroup(written.search) && written.search.parallelism !== undefined;
  if (budget === 0 || parallelism === 1 || !said) return [];
  return [`search.parallelism is ${parallelism}, but with search.token_budget one round is under way at a time`];
}

/** The field of the run file that a problem with the benchmark belongs to. */
const benchmarkFields: Partial<Record<BenchmarkProblem, string>> = {
  'unknown-benchmark': 'benchmark.name',
  'unknown-split': 'benchmark.split',
  'unknown-scorer': 'benchmark.scorer',
  limit: 'benchmark.limit',
};

async function benchmarkOf(
  { settings, error }: ParsedRunFile,
  base: string,
  load: typeof loadBenchmark,
): Promise<LoadedBenchmark> {
  const { split, limit, scorer } = settings.benchmark;
  const name = isBenchmarkFile(settings.benchmark.name) ? resolve(base, settings.benchmark.name) : settings.benchmark.name;
  const folder = settings.benchmark.folder ? resolve(base, settings.benchmark.folder) : dataFolderOf();
  try {
    return await load({ name, split, limit, scorer, folder, compareSplits: true });
  } catch (cause) {
    const field = cause instanceof BenchmarkError ? benchmarkFields[cause.problem] : undefined;
    throw field === undefined ? cause : error(field, `${field}: ${(cause as Error).message}`, cause);
  }
}

async function initialWorkflowFor(settings: RunFileSettings, benchmark: LoadedBenchmark, base: string): Promise<Workflow> {
  if (settings.initial_workflow === undefined) return benchmark.initialWorkflow;
  return readWorkflowFile(resolve(base, settings.initial_workflow), benchmark, settings.search.max_calls_per_query);
}
