import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { evaluationMethods } from '../../domain/evaluation/registry.ts';
import type { Registry } from '../../domain/names/registry.ts';
import { pickPolicies } from '../../domain/picking/registry.ts';
import { leftOutRows } from '../../domain/replay/leave-one-out.ts';
import type { Measures } from '../../domain/replay/measure.ts';
import { lacksPredictions, type RecordedSearch } from '../../domain/replay/recorded-search.ts';
import { factsOf, type ReplayReport, type ReplayTable, rowOf } from '../../domain/replay/replay-report.ts';
import { prepareSearches } from '../../domain/replay/replay-search.ts';
import type { Strategy } from '../../domain/replay/strategy.ts';
import { tablesOf } from '../../domain/replay/strategy-tables.ts';
import { dataFolderOf } from '../../shared/config/data-folder.ts';
import { writeDocument } from '../../shared/document/write-document.ts';
import { writeTerminal } from '../../shared/document/write-terminal.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { readRunAsSearch } from '../../shared/traces/read-run-log.ts';
import { readTraces } from '../../shared/traces/read-traces.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addNamed } from '../command-words.ts';
import { tellTenths } from '../progress/tell-tenths.ts';
import { replayJson } from '../replay/replay-json.ts';
import { replayOnThreads } from '../replay/replay-threads.ts';
import { replayToDocument } from '../replay/replay-to-document.ts';
import type { ReplayJob } from '../replay/replay-work.ts';

interface ReplayOptions {
  readonly json: boolean;
  readonly traces?: string;
  readonly run?: readonly string[];
  readonly methods: readonly string[];
  readonly picks: readonly string[];
  readonly budgets: readonly number[];
  readonly ratios: readonly number[];
  readonly parallelism: readonly number[];
  readonly warmUp: number;
  readonly seeds: number;
  readonly seed: number;
  readonly leaveOneOut: boolean;
  readonly threads: number;
  readonly out: string;
}

export function addReplayCommand(program: Command, cli: Cli): void {
  addNamed(program, 'replay')
    .option('--traces <folder>', 'recorded searches; default: `recorded` next to the benchmark files')
    .option(
      '--run <files...>',
      'logs of finished runs (events.binpb) with full evaluation; with --traces, in addition to its searches',
    )
    .option('--methods <names>', 'comma-separated', names(evaluationMethods), comparedMethods())
    .option(
      '--picks <names>',
      `replay each method with each of these pick policies (${[...pickPolicies.keys()].join(', ')}); default: the comparison of docs/replay.md`,
      names(pickPolicies),
      [],
    )
    .option('--budgets <list>', 'f = executions / (workflows x queries), comma-separated; "" for no picks', shares, [0.1, 0.2])
    .option('--ratios <list>', 'share of the queries for the scores, comma-separated; "" for no scores', shares, [0.03, 0.1])
    .option('--parallelism <list>', 'P, rounds in flight together, for the picks, comma-separated', counts, [1])
    .option('--warm-up <n>', 'M, for the scores and for --picks', parseWhole, 3)
    .option('--seeds <n>', 'replays of each search', parseCount, 100)
    .option('--seed <n>', 'the first seed', parseWhole, 1)
    .option(
      '--leave-one-out',
      'two rows for each table of picks: on each search, the way that did best on all other searches, as a choice by records would have it, and the default unless another was surely better there',
      false,
    )
    .option('--threads <n>', 'how many at once; the figures do not depend on it', parseCount, availableParallelism())
    .option('--out <folder>', 'where replay.html, replay.md and replay.json go', join('.scale', 'replay'))
    .option('--json', 'print one JSON document', false)
    .action((options: ReplayOptions) => cli.answer(options.json, () => replay(cli, options)));
}

/** Without full evaluation, which has no error to compare, and the optimizer's confidence, which no record holds. */
function comparedMethods(): string[] {
  const compared = [...evaluationMethods.values()].filter(({ executesAll, asksConfidence }) => !executesAll && !asksConfidence);
  return compared.map(({ name }) => name);
}

async function replay(cli: Cli, options: ReplayOptions): Promise<Answer> {
  const { budgets, ratios, picks, warmUp, parallelism } = options;
  const tables = tablesOf({ methods: options.methods, picks, budgets, ratios, warmUpRounds: warmUp, parallelism });
  if (tables.length === 0) throw new CliError('bad-input', '--budgets and --ratios are both empty: nothing to replay');
  if (options.leaveOneOut && !tables.some(({ kind }) => kind === 'picks'))
    throw new CliError('bad-input', '--leave-one-out chooses among picks, and --budgets "" leaves none: name a budget');
  const searches = await readSearches(cli, options);
  refuseTwice(searches);
  if (options.leaveOneOut && searches.length < 2) {
    const message = `--leave-one-out chooses by the other searches, and there is one, ${searches[0]?.name}: add another with --run or --traces`;
    throw new CliError('bad-input', message);
  }
  const report = await replayTables(cli, options, searches, tables);
  const [document, json] = [replayToDocument(report), replayJson(report)];
  const files = await writeDocument(options.out, document, json);
  return {
    exitCode: exitCodes.ok,
    document: { ...json, files },
    text: `${writeTerminal(document)}\n\nwrote ${files.html}, replay.md and replay.json`,
  };
}

async function readSearches(cli: Cli, { traces, run = [] }: ReplayOptions): Promise<RecordedSearch[]> {
  const runs = await Promise.all(run.map(readRunAsSearch));
  if (traces === undefined && runs.length > 0) return runs;
  const folder = traces ?? join(dirname(dataFolderOf(cli.environment)), 'recorded');
  return [...(await readTraces(folder)), ...runs];
}

/** One that is there twice would count twice, and choose for itself where it is left out. */
function refuseTwice(searches: readonly RecordedSearch[]): void {
  const texts = searches.map((search) => JSON.stringify(search));
  const twice = searches.find((_, index) => texts.indexOf(texts[index] ?? '') < index);
  if (twice !== undefined)
    throw new CliError('bad-input', `the search ${twice.name} of ${twice.source} is there twice: name each one once`);
}

async function replayTables(
  cli: Cli,
  options: ReplayOptions,
  searches: readonly RecordedSearch[],
  tables: readonly ReplayTable[],
): Promise<ReplayReport> {
  const { seed: firstSeed, seeds, warmUp: after } = options;
  // Full validation is in several tables, and is replayed once.
  const strategies = [...new Set(tables.flatMap((table) => table.strategies))];
  // A search of three workflows has none after three warm-up rounds, but it has a best one.
  const jobs = strategies.flatMap((strategy) =>
    searches.map((_, search): ReplayJob => ({ strategy, search, firstSeed, seeds, after })),
  );
  const results = await replayOnThreads({
    searches,
    jobs,
    threads: options.threads,
    signal: cli.interrupts.requested,
    onProgress: tellTenths(cli.notice, jobs.length, (done) => `replayed ${done} of ${jobs.length} parts`),
  });
  const prepared = prepareSearches(searches);
  // Parallel to the jobs: one list per search, strategy after strategy.
  const resultsOf = (strategy: Strategy): Measures[][] => {
    const first = strategies.indexOf(strategy) * searches.length;
    return results.slice(first, first + searches.length);
  };
  return {
    simulatedPredictions: strategies.some(usesPrediction) && searches.some(lacksPredictions),
    seeds,
    firstSeed,
    after,
    searches: prepared.map(factsOf),
    tables: tables.map(({ kind, title, strategies: compared }) => {
      const rows = compared.map((strategy) => rowOf(strategy, prepared, resultsOf(strategy), firstSeed));
      const byStrategy = compared.map((strategy) => [strategy, resultsOf(strategy)] as const);
      const chosen = options.leaveOneOut && kind === 'picks' ? leftOutRows(prepared, byStrategy, firstSeed) : [];
      return { kind, title, rows: [...rows, ...chosen] };
    }),
  };
}

function usesPrediction({ method }: { readonly method: string }): boolean {
  return evaluationMethods.get(method)?.usesPrediction === true;
}

/** Names of a registry, each known. */
function names(registry: Registry<unknown>): (text: string) => string[] {
  return (text) =>
    text.split(',').map((part) => {
      const name = part.trim();
      if (!registry.has(name)) throw new InvalidArgumentError(`${registry.unknown(name).message}.`);
      return name;
    });
}

function shares(text: string): number[] {
  if (text.trim() === '') return [];
  return text.split(',').map((part) => {
    const share = Number(part);
    if (!(share > 0 && share <= 1))
      throw new InvalidArgumentError('it must be numbers above 0 and at most 1, for example 0.1,0.2.');
    return share;
  });
}

function counts(text: string): number[] {
  return text.split(',').map(parseCount);
}

function parseCount(text: string): number {
  const count = parseWhole(text);
  if (count < 1) throw new InvalidArgumentError('it must be a whole number, 1 or more.');
  return count;
}

function parseWhole(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('it must be a whole number, 0 or more.');
  return value;
}
