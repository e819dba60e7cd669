import type { Command } from 'commander';
import type { Benchmark } from '../../domain/benchmark.ts';
import { findBenchmark } from '../../shared/benchmarks/find-benchmark.ts';
import { benchmarkDefinitions } from '../../shared/benchmarks/registry.ts';
import type { Assignment } from '../../shared/config/amend-settings.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { addNamed } from '../command-words.ts';
import { checkPrograms } from '../runs/check-programs.ts';
import { addSetOption } from '../runs/set-option.ts';
import { type FileProblem, type ValidatedFile, validateFile } from '../validation/validate-file.ts';

interface ValidateOptions {
  readonly json: boolean;
  readonly benchmark: string;
  readonly set: readonly Assignment[];
}

export function addValidateCommand(program: Command, cli: Cli): void {
  const names = [...benchmarkDefinitions.keys()];
  addSetOption(addNamed(program, 'validate'))
    .argument('<files...>', 'YAML or JSON')
    .option(
      '--benchmark <name>',
      `whose operators and fields a workflow may use: ${names.join(', ')}, or a benchmark file`,
      names[0],
    )
    .option('--json', 'print one JSON document', false)
    .action((files: string[], options: ValidateOptions) => cli.answer(options.json, () => validate(cli, files, options)));
}

async function validate(cli: Cli, files: readonly string[], options: ValidateOptions): Promise<Answer> {
  const benchmark = await findBenchmark(options.benchmark);
  const tryScorers = (loaded: Benchmark) => checkPrograms(loaded, cli.environment, cli.interrupts.requested);
  const checked: ValidatedFile[] = [];
  for (const file of files)
    checked.push(await validateFile(file, { benchmark, tryScorers, environment: cli.environment, set: options.set }));
  const valid = checked.every(({ problems }) => problems.length === 0);
  return {
    exitCode: valid ? exitCodes.ok : exitCodes.badInput,
    document: { valid, files: checked.map((file) => ({ ...file, valid: file.problems.length === 0 })) },
    text: [...checked.flatMap(renderFile), ...yardstickNote(checked, options.benchmark)].join('\n'),
  };
}

/** What a workflow may call depends on the benchmark, which whoever left it out may not have had in mind. */
function yardstickNote(checked: readonly ValidatedFile[], benchmark: string): string[] {
  const isWrong = checked.some(({ kind, problems }) => kind === 'workflow' && problems.length > 0);
  return isWrong ? [`Workflows were checked for the benchmark ${benchmark}; --benchmark <name> names another.`] : [];
}

function renderFile({ file, kind, problems, summary, warnings }: ValidatedFile): string[] {
  if (problems.length === 0)
    return [`${file}: valid ${kind}, ${summary}`, ...warnings.map((each) => `${file}: warning: ${each}`)];
  return problems.map((problem) => `${file}${renderProblem(problem)}`);
}

/** The place as an editor finds it, then the step, the field, the sentence and the rule's name. */
function renderProblem({ line, step, field, rule, message }: FileProblem): string {
  // A sentence on a setting begins with it, or, in a sweep file, with `base:` for what all runs have in common.
  const isNamed = field === '' || [`${field} `, `${field}:`, 'base: '].some((start) => message.startsWith(start));
  const place = [step === '' ? '' : `step ${step}`, isNamed ? '' : `field ${field}`].filter((part) => part !== '').join(', ');
  return `${line === undefined ? '' : `:${line}`}: ${place === '' ? '' : `${place}: `}${message} [${rule}]`;
}
