import { type Command, InvalidArgumentError } from 'commander';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { benches } from '../bench/registry.ts';
import type { Answer, Cli } from '../cli.ts';

interface BenchOptions {
  readonly json: boolean;
  readonly seconds: number;
  readonly quick: boolean;
}

export function addBenchCommand(program: Command, cli: Cli): void {
  program
    .command('bench')
    .description('measure how fast a part of scale is on this machine, against its limit')
    .argument('<name>', [...benches.values()].map(({ name, description }) => `${name}: ${description}`).join('; '))
    .option('--seconds <n>', 'time for each row', parseSeconds, 2)
    .option('--quick', 'a small form that shows that the bench works, not how fast anything is', false)
    .option('--json', 'print one JSON document', false)
    .action((name: string, options: BenchOptions) => cli.answer(options.json, () => runBench(cli, name, options)));
}

async function runBench(cli: Cli, name: string, { seconds, quick }: BenchOptions): Promise<Answer> {
  const bench = benches.named(name);
  const { rows, notes } = await bench.run(cli, { seconds, quick });
  const lines = rows.map((row) => [
    row.name,
    shown(row.value),
    row.unit,
    row.limit === undefined ? '' : shown(row.limit),
    row.ratio === undefined ? '' : row.ratio.toFixed(2),
  ]);
  return {
    exitCode: exitCodes.ok,
    document: { bench: name, seconds, quick, rows, notes },
    text: [alignColumns([['', 'measured', '', 'limit', 'ratio'], ...lines]), ...notes].join('\n\n'),
  };
}

/** Three significant digits, or all those before the decimal point. */
function shown(value: number): string {
  return value >= 100 ? `${Math.round(value)}` : value.toPrecision(3);
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 3600)) throw new InvalidArgumentError('it must be a number above 0 and at most 3600.');
  return seconds;
}
