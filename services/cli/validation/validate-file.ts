import { readFile } from 'node:fs/promises';
import { selectOperators } from '../../domain/operators/registry.ts';
import { workflowBounds } from '../../domain/workflow/bounds.ts';
import { BenchmarkError } from '../../shared/benchmarks/benchmark-error.ts';
import { benchmarkDefinitionOf } from '../../shared/benchmarks/registry.ts';
import { decodeYaml } from '../../shared/config/decode-yaml.ts';
import { defaults } from '../../shared/config/defaults.ts';
import { readWorkflowFile, WorkflowFileError } from '../../shared/config/read-workflow-file.ts';
import { readRunFile } from '../../shared/config/run-file.ts';
import { RunFileError } from '../../shared/config/run-file-error.ts';

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
  readonly kind: 'workflow' | 'run file';
  readonly problems: readonly FileProblem[];
  /** What a valid file amounts to. */
  readonly summary: string;
}

/**
 * Checks a workflow file against a benchmark's operators and fields, or a run file with everything that it names.
 * @param benchmark name of the benchmark that workflows are held against
 */
export async function validateFile(file: string, benchmark: string): Promise<ValidatedFile> {
  const kind = (await isRunFile(file)) ? 'run file' : 'workflow';
  try {
    const summary = kind === 'run file' ? await validateRunFile(file) : await validateWorkflowFile(file, benchmark);
    return { file, kind, problems: [], summary };
  } catch (error) {
    return { file, kind, problems: problemsOf(error), summary: '' };
  }
}

/** Only a run file has these at its top, and nothing of a workflow's. What cannot be read or decoded is told as a workflow. */
async function isRunFile(file: string): Promise<boolean> {
  try {
    const content = decodeYaml(await readFile(file, 'utf8'));
    if (typeof content !== 'object' || content === null) return false;
    const isWorkflow = 'steps' in content || 'workflow' in content || 'prompts' in content;
    return !isWorkflow && ['benchmark', 'search', 'evaluation', 'models', 'endpoints', 'cluster'].some((key) => key in content);
  } catch {
    return false;
  }
}

async function validateRunFile(file: string): Promise<string> {
  const { configuration, benchmark } = await readRunFile(file);
  const { search, evaluation } = configuration;
  return `${benchmark.queries.length} ${benchmark.name} queries, up to ${search.maxRounds} rounds, evaluation ${evaluation.method}`;
}

async function validateWorkflowFile(file: string, benchmark: string): Promise<string> {
  const surroundings = benchmarkDefinitionOf(benchmark);
  const workflow = await readWorkflowFile(file, surroundings, defaults.run.search.maxCallsPerQuery);
  const { minCalls, maxCalls } = workflowBounds(workflow, selectOperators(surroundings.operators));
  const calls = maxCalls === 1 ? 'model call' : 'model calls';
  return `${minCalls === maxCalls ? '' : `${minCalls} to `}${maxCalls} ${calls} a query`;
}

function problemsOf(error: unknown): readonly FileProblem[] {
  if (error instanceof WorkflowFileError) {
    if (error.problems.length > 0) return error.problems;
    return [{ step: '', field: '', rule: 'unreadable', message: withoutFile(error), ...lineOf(error) }];
  }
  if (error instanceof RunFileError) {
    return [{ step: '', field: error.field, rule: 'run-file', message: withoutFile(error), ...lineOf(error) }];
  }
  if (error instanceof BenchmarkError) return [{ step: '', field: 'benchmark', rule: error.problem, message: error.message }];
  throw error;
}

function lineOf({ line }: { readonly line: number | undefined }): { line?: number } {
  return line === undefined ? {} : { line };
}

/** Their messages name the file and the line, which stand at the start of ours as well. */
function withoutFile({ file, message }: { readonly file: string; readonly message: string }): string {
  const rest = message.startsWith(file) ? message.slice(file.length).replace(/^(:\d+)?: /, '') : message;
  return rest.replace(/\bline \d+: /, '');
}
