import { access, constants, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { countOf } from '../../domain/names/count-of.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { writeMarkdown } from '../../shared/document/write-markdown.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { version } from '../../shared/telemetry/version.ts';
import { type BenchResult, cellsOf } from '../bench/bench.ts';
import { middleRows } from '../bench/middle-rows.ts';
import { type Circumstances, type MeasuredBench, performancePage } from '../bench/performance-page.ts';
import { benches } from '../bench/registry.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { refuseFolder } from '../cluster/data-folder-error.ts';
import { addNamed } from '../command-words.ts';
import { countUpTo } from '../parse-count.ts';
import { shortPath } from '../short-path.ts';

interface BenchOptions {
  readonly json: boolean;
  readonly seconds: number;
  readonly quick: boolean;
  readonly times: number;
  readonly out?: string;
}

const everyBench = 'all';

export function addBenchCommand(program: Command, cli: Cli): void {
  const described = [...benches.values()].map(({ name, description }) => `${name}: ${description}`);
  addNamed(program, 'bench')
    .argument('<names...>', [...described, `${everyBench}: one after another`].join('; '))
    .option('--seconds <n>', 'time for each row', parseSeconds, 2)
    .option('--quick', 'a small form that shows that the bench works, not how fast anything is', false)
    .option('--times <n>', 'how often each bench is run; of each row, the middle run is shown', countUpTo(99), 1)
    .option('--out <file>', 'write a page in Markdown too, with the date and the machine')
    .option('--json', 'print one JSON document', false)
    .action((names: readonly string[], options: BenchOptions) => cli.answer(options.json, () => runBenches(cli, names, options)));
}

async function runBenches(cli: Cli, wanted: readonly string[], options: BenchOptions): Promise<Answer> {
  const chosen = wanted.includes(everyBench) ? [...benches.values()] : wanted.map((name) => benches.named(name));
  if (options.out !== undefined) await requirePlaceOf(options.out);
  const circumstances = circumstancesOf(options);
  const measured: MeasuredBench[] = [];
  for (const { name, description, run } of chosen) {
    if (chosen.length > 1) cli.notice(`Measuring ${name}: ${description}.`);
    const outcome = await repeat(options.times, () => run(cli, options)).catch((error: unknown) => {
      // The others have figures of their own, which may have taken long.
      if (chosen.length === 1 || cli.interrupts.requested.aborted || !(error instanceof Error)) throw error;
      cli.notice(`${name} was not measured: ${error.message}`);
      return error;
    });
    measured.push({ name, description, outcome });
  }
  if (options.out !== undefined) {
    await writeFile(options.out, writeMarkdown(performancePage(circumstances, measured)));
    cli.notice(`Page: ${shortPath(options.out)}`);
  }
  return {
    exitCode: measured.some(({ outcome }) => outcome instanceof Error) ? exitCodes.failed : exitCodes.ok,
    document:
      chosen.length > 1
        ? { ...circumstances, benches: measured.map(documentOf) }
        : { ...circumstances, ...measured.map(documentOf)[0], seconds: options.seconds },
    text: measured.map((each) => textOf(each, chosen.length > 1)).join('\n\n'),
  };
}

/** What took long to measure must not end with a page that cannot be written. */
async function requirePlaceOf(file: string): Promise<void> {
  await refuseFolder(file, '--out');
  const folder = dirname(file);
  await access(folder, constants.W_OK).catch((cause: Error) => {
    throw new CliError('bad-input', `--out ${file}: the folder ${folder} is not there or cannot be written to`, { cause });
  });
}

async function repeat(times: number, run: () => Promise<BenchResult>): Promise<BenchResult> {
  const results: BenchResult[] = [];
  for (let time = 0; time < times; time += 1) results.push(await run());
  return middleRows(results);
}

function documentOf({ name, outcome }: MeasuredBench): Record<string, unknown> {
  return outcome instanceof Error ? { bench: name, problem: outcome.message } : { bench: name, ...outcome };
}

function textOf({ name, outcome }: MeasuredBench, withName: boolean): string {
  const title = withName ? [name] : [];
  if (outcome instanceof Error) return [...title, `It was not measured: ${outcome.message}`].join('\n\n');
  const lines = outcome.rows.map((row) => [row.name, ...cellsOf(row)]);
  return [...title, alignColumns([['', 'measured', '', 'limit', 'ratio'], ...lines]), ...outcome.notes].join('\n\n');
}

function circumstancesOf({ quick, times }: BenchOptions): Circumstances {
  const cores = availableParallelism();
  const processor = cpus()[0]?.model.trim() ?? 'an unknown processor';
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GiB`;
  return {
    date: new Date().toISOString().slice(0, 10),
    version,
    machine: `${processor}, ${countOf(cores, 'core')}, ${memory}, ${process.platform} ${process.arch}, Node.js ${process.versions.node}`,
    cores,
    load: loadavg()[0] ?? 0,
    ...{ quick, times },
  };
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 3600)) throw new InvalidArgumentError('it must be a number above 0 and at most 3600.');
  return seconds;
}
