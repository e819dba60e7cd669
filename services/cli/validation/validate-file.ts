import { resolve } from 'node:path';
import type { Benchmark } from '../../domain/benchmark.ts';
import { countOf, nounFor } from '../../domain/names/count-of.ts';
import { selectOperators } from '../../domain/operators/registry.ts';
import { searchRules } from '../../domain/run/search-rules.ts';
import { workflowBounds } from '../../domain/workflow/bounds.ts';
import { BenchmarkError } from '../../shared/benchmarks/benchmark-error.ts';
import { findBenchmark } from '../../shared/benchmarks/find-benchmark.ts';
import { type LoadedBenchmark, loadBenchmark } from '../../shared/benchmarks/load-benchmark.ts';
import { readWorkflowFile, WorkflowFileError, type WorkflowSurroundings } from '../../shared/benchmarks/read-workflow-file.ts';
import type { Assignment } from '../../shared/config/amend-settings.ts';
import { type RunFile, readRunFile } from '../../shared/config/run-file.ts';
import { RunFileError } from '../../shared/config/run-file-error.ts';
import { readSweepFile } from '../../shared/config/sweep-file/sweep-file.ts';
import { type SweepFault, SweepFileError } from '../../shared/config/sweep-file/sweep-file-error.ts';
import { whyUnread } from '../../shared/errors/file-error.ts';
import { SandboxError } from '../../shared/sandbox/sandbox-error.ts';
import type { Environment } from '../../shared/settings/environment.ts';
import { CliError } from '../cli-error.ts';
import { describeSimulated, missingKeys } from '../runs/run-request.ts';
import { shortPath } from '../short-path.ts';
import { type FileKind, fileKindOf } from './file-kind.ts';

export interface FileProblem {
  /** A step's id or its place, "" where the whole file is meant. */
  readonly step: string;
  readonly field: string;
  readonly rule: string;
  /** From 1, where it is known. */
  readonly line?: number;
  readonly message: string;
}

export interface ValidatedFile {
  readonly file: string;
  /** Left out where the file cannot be read. */
  readonly kind?: FileKind;
  readonly problems: readonly FileProblem[];
  /** What is in a valid file, in a few words. */
  readonly summary: string;
  /** What a reader of its scores should know, a sentence each. */
  readonly warnings: readonly string[];
}

/** What files are checked against. */
export interface Yardstick {
  /** Of workflows. */
  readonly benchmark: WorkflowSurroundings;
  /** Runs a benchmark's own scorers once; returns what a user should know, and throws a CliError if one is at fault. */
  tryScorers(loaded: Benchmark): Promise<readonly string[]>;
  /** Where the keys of the endpoints of run files and sweep files are looked for. */
  readonly environment: Environment;
  /** Settings in place of those of run files, and of what the runs of a sweep have in common. */
  readonly set?: readonly Assignment[] | undefined;
}

type Checked = Pick<ValidatedFile, 'summary' | 'warnings'>;

/**
 * Checks a workflow file against a benchmark's operators and fields, or a run file, a sweep file with all its runs, or a
 * benchmark file, with everything that it names.
 */
export async function validateFile(file: string, yardstick: Yardstick): Promise<ValidatedFile> {
  let kind: FileKind;
  try {
    kind = await fileKindOf(file);
  } catch (error) {
    const problem = { step: '', field: '', rule: 'unreadable', message: whyUnread(error, 'file') };
    return { file, problems: [problem], summary: '', warnings: [] };
  }
  try {
    const checked = await checkedFile(file, kind, yardstick);
    return { file, kind, problems: [], ...checked };
  } catch (error) {
    return { file, kind, problems: problemsOf(error, file), summary: '', warnings: [] };
  }
}

async function checkedFile(
  file: string,
  kind: FileKind,
  { benchmark, tryScorers, environment, set }: Yardstick,
): Promise<Checked> {
  if (kind === 'benchmark file') return validateBenchmarkFile(file, tryScorers);
  if (kind === 'workflow') return { summary: await validateWorkflowFile(file, benchmark), warnings: [] };
  return kind === 'sweep file' ? validateSweepFile(file, { set, environment }) : validateRunFile(file, { set, environment });
}

/** All its splits, not only the one that a run would read. */
async function validateBenchmarkFile(file: string, tryScorers: Yardstick['tryScorers']): Promise<Checked> {
  const { splits, scorers } = await findBenchmark(resolve(file));
  const loaded: LoadedBenchmark[] = [];
  for (const split of splits) {
    loaded.push(await loadBenchmark({ name: resolve(file), split, folder: '', compareSplits: split === splits[0] }));
  }
  const tried = await Promise.all(loaded.slice(0, 1).map((first) => tryScorers(first).catch(lackOfPython)));
  const sizes = loaded.map(({ split, queries }) => `${countOf(queries.length, 'query')} in ${split}`).join(', ');
  const warnings = loaded.flatMap((each) => each.warnings.map((warning) => `split ${each.split}: ${warning}`));
  return { summary: `${sizes}; scorers ${Object.keys(scorers).join(', ')}`, warnings: [...warnings, ...tried.flat()] };
}

/** That this machine cannot run a benchmark's programs is no fault of its file. */
function lackOfPython(error: unknown): readonly string[] {
  if (error instanceof CliError && error.cause instanceof SandboxError) return [error.message];
  throw error;
}

/** On a cluster elsewhere, keys are not in this environment: a missing one is reported, and is no fault of the file. */
async function validateRunFile(file: string, { set, environment }: Pick<Yardstick, 'set' | 'environment'>): Promise<Checked> {
  const runFile = await readRunFile(file, { set, environment });
  const { benchmark, configuration } = runFile;
  const { search, evaluation } = configuration;
  return {
    summary: `${benchmark.queries.length} ${benchmark.name} queries, up to ${search.maxRounds} rounds, evaluation ${evaluation.method}`,
    warnings: warningsOf(runFile, environment),
  };
}

/** Each of its runs as a run file, and what several of them have to say is said once. */
async function validateSweepFile(file: string, { set, environment }: Pick<Yardstick, 'set' | 'environment'>): Promise<Checked> {
  const { cells, settings } = await readSweepFile(file, { set, environment });
  const atOnce = cells.length > settings.atOnce ? `, ${settings.atOnce} at a time` : '';
  return {
    summary: `${cells.length} ${cells.length === 1 ? 'run' : 'runs'}${atOnce}`,
    warnings: [...new Set(cells.flatMap((cell) => warningsOf(cell.file, environment)))],
  };
}

function warningsOf(runFile: RunFile, environment: Environment): string[] {
  const simulated = describeSimulated(runFile);
  return [...(simulated === undefined ? [] : [simulated]), ...runFile.warnings, ...missingKeys(runFile, environment)];
}

async function validateWorkflowFile(file: string, surroundings: WorkflowSurroundings): Promise<string> {
  const workflow = await readWorkflowFile(file, surroundings, searchRules.max_calls_per_query.default);
  const { minCalls, maxCalls } = workflowBounds(workflow, selectOperators(surroundings.operators));
  const calls = nounFor(maxCalls, 'model call');
  return `${minCalls === maxCalls ? '' : `${minCalls} to `}${maxCalls} ${calls} a query`;
}

function problemsOf(error: unknown, file: string): readonly FileProblem[] {
  if (error instanceof WorkflowFileError) {
    // The workflow that a run file or a benchmark file names.
    const isOther = resolve(error.file) !== resolve(file) && !error.file.startsWith(resolve(file));
    const named = (message: string) => (isOther ? `in ${shortPath(error.file)}: ${message}` : message);
    if (error.problems.length > 0) return error.problems.map((problem) => ({ ...problem, message: named(problem.message) }));
    return [{ step: '', field: '', rule: 'unreadable', message: withoutFile(error), ...lineOf(error) }];
  }
  if (error instanceof RunFileError) {
    return [{ step: '', field: error.field, rule: 'run-file', message: withoutFile(error), ...lineOf(error) }];
  }
  if (error instanceof SweepFileError) return error.faults.map((fault) => sweepProblem(fault, file));
  if (error instanceof CliError) return [{ step: '', field: 'scorers', rule: 'scorer', message: error.message }];
  if (error instanceof BenchmarkError) {
    return error.sentences.map((message) => benchmarkProblem({ problem: error.problem, message }, resolve(file)));
  }
  throw error;
}

/** The run file that a sweep file names as its base has faults of its own. */
function sweepProblem({ file: at, line, field, message }: SweepFault, file: string): FileProblem {
  if (resolve(at) === resolve(file)) return { step: '', field, rule: 'sweep-file', message, ...lineOf({ line }) };
  const place = `${shortPath(at)}${line === undefined ? '' : `:${line}`}`;
  return { step: '', field: '', rule: 'sweep-file', message: `in ${place}: ${message}` };
}

/**
 * An error in the benchmark file itself begins with that file's name; one in a file that it or a run file names, with another.
 */
function benchmarkProblem({ problem, message }: Pick<BenchmarkError, 'problem' | 'message'>, file: string): FileProblem {
  if (!message.startsWith(file)) return { step: '', field: 'benchmark', rule: problem, message };
  const [, line] = /^:(\d+): /.exec(message.slice(file.length)) ?? [];
  const place = line === undefined ? {} : { line: Number(line) };
  return { step: '', field: '', rule: problem, message: withoutFile({ file, message }), ...place };
}

function lineOf({ line }: { readonly line: number | undefined }): { line?: number } {
  return line === undefined ? {} : { line };
}

/** Their messages name the file and the line, which begin ours as well. */
function withoutFile({ file, message }: { readonly file: string; readonly message: string }): string {
  const rest = message.startsWith(file) ? message.slice(file.length).replace(/^(:\d+)?: /, '') : message;
  return rest.replace(/\bline \d+: /, '');
}
