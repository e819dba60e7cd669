import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import type { Query } from '../../domain/benchmark.ts';
import { FailureError } from '../../domain/failure.ts';
import { UnknownNameError } from '../../domain/names/unknown-name-error.ts';
import { scorerIn } from '../../domain/scoring/own-scorer.ts';
import type { Scorer } from '../../domain/scoring/scorer.ts';
import { findBenchmark } from '../../shared/benchmarks/find-benchmark.ts';
import { loadBenchmark } from '../../shared/benchmarks/load-benchmark.ts';
import { benchmarkDefinitions } from '../../shared/benchmarks/registry.ts';
import { dataFolderOf } from '../../shared/config/data-folder.ts';
import { sandboxSettings } from '../../shared/config/service-settings/service-settings.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { createLazySandbox } from '../../shared/sandbox/lazy-sandbox.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addNamed } from '../command-words.ts';
import { countUpTo } from '../parse-count.ts';
import { type RecordedAnswers, readRecordedAnswers } from '../rescore/read-recorded-answers.ts';
import { type AnswerToScore, type Disagreement, type Rescored, rescoreAnswers } from '../rescore/rescore-answers.ts';

interface RescoreOptions {
  readonly json: boolean;
  readonly benchmark: string;
  readonly scorer?: string;
  readonly split?: string;
  readonly limit?: number;
  readonly require?: number;
}

const progressEveryMs = 2_000;
/** More are for --json. */
const disagreementsShown = 20;

export function addRescoreCommand(program: Command, cli: Cli): void {
  const names = [...benchmarkDefinitions.keys()];
  addNamed(program, 'rescore')
    .argument('<file>', 'JSON Lines, plain or gzipped: { q, prediction, score } and, if known, run and round')
    .requiredOption('--benchmark <name>', `${names.join(', ')}, or a benchmark file (.yaml)`)
    .option('--scorer <name>', "aflow, strict, or the full name of a scorer; default: the benchmark's first")
    .option('--split <name>', "the split that was answered; default: what the file's matrix says, otherwise validate")
    .option('--limit <n>', 'only this many answers, spread evenly over the file', countUpTo(10_000_000))
    .option('--require <share>', 'exit with status 6 if a smaller share of the answers agrees, such as 0.999', parseShare)
    .option('--json', 'print one JSON document; progress goes to stderr', false)
    .action((file: string, options: RescoreOptions) => cli.answer(options.json, () => rescore(cli, file, options)));
}

async function rescore(cli: Cli, file: string, options: RescoreOptions): Promise<Answer> {
  const started = performance.now();
  const scorer = await chosenScorer(options);
  const recorded = await readRecordedAnswers(file);
  const split = options.split ?? recorded.split ?? 'validate';
  const { queries } = await loadBenchmark({ name: options.benchmark, split, folder: dataFolderOf() });
  const answers = spread(answersToScore(file, recorded, queries), options.limit);
  const sandbox = createLazySandbox({ ...sandboxSettings(), environment: cli.environment });
  try {
    const rescored = await rescoreAnswers(answers, {
      scorer,
      tools: { code: sandbox, signal: cli.interrupts.requested },
      concurrency: availableParallelism(),
      onProgress: tellProgress(cli, answers.length),
    }).catch(scorerFault);
    const seconds = (performance.now() - started) / 1000;
    return answerOf({ ...rescored, file, benchmark: options.benchmark, split, scorer: scorer.name, seconds }, options);
  } finally {
    await sandbox.close();
  }
}

/** A benchmark knows its scorers by short names. */
async function chosenScorer({ benchmark, scorer: wanted }: RescoreOptions): Promise<Scorer> {
  const definition = await findBenchmark(benchmark);
  const { scorers } = definition;
  const name = wanted ?? Object.keys(scorers)[0] ?? '';
  try {
    const scorer = scorerIn(definition, scorers[name] ?? name);
    if (scorer.needs !== 'model') return scorer;
    throw new CliError('bad-input', `the scorer ${name} asks a model, and rescore asks none: use \`scale eval\``);
  } catch (cause) {
    if (!(cause instanceof UnknownNameError)) throw cause;
    const names = Object.keys(scorers).join(', ');
    throw new CliError('bad-input', `benchmark ${benchmark} has the scorers ${names}; ${cause.message}`, { cause });
  }
}

/** A scorer of the user's own that is at fault. */
function scorerFault(error: unknown): never {
  if (error instanceof FailureError) throw new CliError('bad-input', error.message, { cause: error });
  throw error;
}

function answersToScore(file: string, recorded: RecordedAnswers, queries: readonly Query[]): AnswerToScore[] {
  return recorded.answers.map((answer) => {
    const queryIndex = recorded.queryIndexOf(answer.q);
    const query = queryIndex === undefined ? undefined : queries[queryIndex];
    if (query) return { ...answer, query };
    const why = `field "q" is ${answer.q}, but the split has ${queries.length} queries; are these answers from another split or benchmark?`;
    throw new CliError('bad-input', `${file}, line ${answer.line}: ${why}`);
  });
}

/** Evenly spread, so that a part stands for the whole: files are ordered by run. */
function spread<T>(items: readonly T[], limit = items.length): readonly T[] {
  if (limit >= items.length) return items;
  return Array.from({ length: limit }, (_, index) => items[Math.floor((index * items.length) / limit)] as T);
}

function tellProgress(cli: Cli, total: number): (done: number) => void {
  let last = performance.now();
  return (done) => {
    if (performance.now() - last < progressEveryMs) return;
    last = performance.now();
    cli.notice(`${done} of ${total} answers scored`);
  };
}

interface RescoreDocument extends Rescored {
  readonly file: string;
  readonly benchmark: string;
  readonly split: string;
  readonly scorer: string;
  readonly seconds: number;
}

function answerOf(rescored: RescoreDocument, { require = 0 }: RescoreOptions): Answer {
  const agreement = rescored.agreeing / rescored.answers;
  return {
    exitCode: agreement >= require ? exitCodes.ok : exitCodes.requirementNotMet,
    document: { ...rescored, agreement },
    text: renderText(rescored, agreement, require),
  };
}

function renderText(rescored: RescoreDocument, agreement: number, require: number): string {
  const { disagreements, answers, agreeing, scorer, meanScore, recordedMeanScore } = rescored;
  const more = disagreements.length - disagreementsShown;
  return [
    ...disagreements.slice(0, disagreementsShown).map(renderDisagreement),
    ...(more > 0 ? [`… and ${more} more (--json lists all)`] : []),
    `${scorer}: ${agreeing} of ${answers} answers get the recorded score (${(100 * agreement).toFixed(2)} %)`,
    `mean score ${meanScore.toFixed(4)}, recorded ${recordedMeanScore.toFixed(4)}; ${rescored.seconds.toFixed(1)} s`,
    ...(agreement < require ? [`that is less than the ${100 * require} % required`] : []),
  ].join('\n');
}

function renderDisagreement({ line, query, recorded, score, extracted }: Disagreement): string {
  const taken = extracted.replace(/\s+/g, ' ').trim();
  const shown = taken.length > 80 ? `${taken.slice(0, 79)}…` : taken;
  return `line ${line}, query ${query}: recorded ${shorten(recorded)}, now ${shorten(score)}, from "${shown}"`;
}

function shorten(score: number): string {
  return String(Math.round(score * 1000) / 1000);
}

function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() !== '' && share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError('it must be a number from 0 to 1.');
}
