import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { compareEvaluations, NothingToCompareError } from '../../domain/comparison/compare-evaluations.ts';
import { randomStream } from '../../domain/random.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { type ComparisonSide, refuseUnlike } from '../../shared/runs/comparison-side.ts';
import { concludingSentence } from '../../shared/runs/concluding-sentence.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { addNamed } from '../command-words.ts';
import { describeComparison } from '../eval/describe-comparison.ts';
import { readRecordFile } from '../eval/read-record-file.ts';
import { readRunSide, readStartAndBest } from '../eval/read-sides.ts';
import { changedCases, comparisonGates, marginPoints } from '../gate/comparison-gates.ts';
import { describeGate, exitCodeOfGates, writeJUnit } from '../gate/gate.ts';
import { countUpTo } from '../parse-count.ts';

interface CompareOptions extends ClusterOptions {
  readonly json: boolean;
  readonly changes: number;
  readonly failOnRegression: boolean;
  readonly margin?: number;
  readonly junit?: string;
}

export function addCompareCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'compare'))
    .argument('<a>', 'an evaluation or a run (id, start of an id, or name), or a file of records (.jsonl)')
    .argument('[b]', 'what to compare with it; left out: the workflow that the run A started from is compared with its best')
    .option('--changes <n>', 'changed queries to show in each direction', countUpTo(1_000_000), 10)
    .option('--fail-on-regression', 'exit with status 6 if B is worse than A by more than chance', false)
    .option('--margin <points>', 'exit with status 6 unless B is surely not worse by more than so many points', marginPoints)
    .option('--junit <file>', 'write what was required, and a test case for each changed query, as JUnit XML')
    .option('--json', 'print one JSON document, with all changed queries', false)
    .action((a: string, b: string | undefined, options: CompareOptions) =>
      cli.answer(options.json, () => compare(cli, [a, b], options)),
    );
}

async function compare(cli: Cli, wanted: readonly [string, string | undefined], options: CompareOptions): Promise<Answer> {
  const [a, b] = await readSides(cli, wanted, options);
  refuseUnlike(a, b);
  // The seed is fixed: the same two evaluations give the same p-value.
  const comparison = comparisonOf(a, b);
  const isOne = a === b;
  const about = ({ executions, ...side }: ComparisonSide) => ({ ...side, executions: executions.length });
  const gates = comparisonGates(comparison, options);
  if (options.junit !== undefined)
    await writeJUnit(options.junit, `${a.label} against ${b.label}`, gates, changedCases(comparison, 'changed'));
  return {
    exitCode: exitCodeOfGates(exitCodes.ok, gates),
    document: {
      ...{ a: { ...about(a), score: comparison.a }, b: { ...about(b), score: comparison.b } },
      sentence: isOne ? nothingBetter(a) : concludingSentence(comparison),
      ...withoutScores(comparison),
      ...(gates.length > 0 && { gates }),
    },
    text: [isOne ? nothingBetter(a) : describeComparison(comparison, a, b, options.changes), ...gates.map(describeGate)].join(
      '\n\n',
    ),
  };
}

/** Of a workflow that is both: an interval of its difference to itself would say nothing. */
function nothingBetter({ label }: ComparisonSide): string {
  return `Nothing better than the start was found: ${label}, is the winner too, so there is nothing to compare.`;
}

type Compared = ReturnType<typeof compareEvaluations>;

function withoutScores({ a: _a, b: _b, ...rest }: Compared): Omit<Compared, 'a' | 'b'> {
  return rest;
}

function comparisonOf(a: ComparisonSide, b: ComparisonSide): Compared {
  try {
    return compareEvaluations(a.executions, b.executions, randomStream(1, 'compare'));
  } catch (cause) {
    if (!(cause instanceof NothingToCompareError)) throw cause;
    const message = `${a.label} and ${b.label} have no query in common: evaluate both on the same split of the same benchmark`;
    throw new CliError('bad-input', message, { cause });
  }
}

/** A cluster is needed only for what is not a file. */
async function readSides(
  cli: Cli,
  [first, second]: readonly [string, string | undefined],
  options: CompareOptions,
): Promise<[ComparisonSide, ComparisonSide]> {
  const signal = cli.interrupts.requested;
  if (second === undefined) return withCluster(cli, options, (cluster) => readStartAndBest(cluster, first, signal));
  const files = [await fileSide(first), await fileSide(second)] as const;
  if (files[0] !== undefined && files[1] !== undefined) return [files[0], files[1]];
  return withCluster(cli, options, async (cluster) => [
    files[0] ?? (await readRunSide(cluster, first, signal)),
    files[1] ?? (await readRunSide(cluster, second, signal)),
  ]);
}

async function fileSide(wanted: string): Promise<ComparisonSide | undefined> {
  const isFile = await stat(wanted).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return readRecordFile(wanted);
  if (!/\.jsonl$/.test(wanted)) return undefined;
  throw new CliError('bad-input', `${wanted}: there is no such records file`);
}
