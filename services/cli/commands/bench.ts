import { type Command, InvalidArgumentError } from 'commander';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { benches } from '../bench/registry.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';

interface BenchOptions {
  readonly json: boolean;
  readonly seconds: number;
}

export function addBenchCommand(program: Command, cli: Cli): void {
  program
    .command('bench')
    .description('measure how fast a part of scale is on this machine, beside its floor')
    .argument('<name>', benches.map(({ name, description }) => `${name}: ${description}`).join('; '))
    .option('--seconds <n>', 'time for each row', parseSeconds, 2)
    .option('--json', 'print one JSON document', false)
    .action((name: string, options: BenchOptions) => cli.answer(options.json, () => runBench(cli, name, options)));
}

async function runBench(cli: Cli, name: string, { seconds }: BenchOptions): Promise<Answer> {
  const bench = benches.find((candidate) => candidate.name === name);
  if (bench === undefined) {
    const known = benches.map((candidate) => candidate.name).join(', ');
    throw new CliError('bad-input', `there is no bench "${name}"; use one of ${known}`);
  }
  const { rows, notes } = await bench.run(cli, seconds);
  const lines = rows.map((row) => [
    row.name,
    `${row.perSecond < 100 ? row.perSecond.toFixed(1) : Math.round(row.perSecond)}`,
    row.unit,
    row.timesFloor === undefined ? '' : `${row.timesFloor.toFixed(1)}`,
  ]);
  return {
    exitCode: exitCodes.ok,
    document: { bench: name, seconds, rows, notes },
    text: [alignColumns([['', 'a second', '', 'times the floor'], ...lines]), ...notes].join('\n\n'),
  };
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 3600)) throw new InvalidArgumentError('it must be a number above 0 and up to 3600.');
  return seconds;
}
