import { addCourses, type Course, type Forecast, forecastOf, playCourses } from '../../domain/forecast/forecast.ts';
import type { LikelyRange } from '../../domain/forecast/likely-range.ts';
import { countOf } from '../../domain/names/count-of.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { exact, formatCount, formatShare } from '../../shared/document/format.ts';
import { formatCost } from '../../shared/document/format-money.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer } from '../cli.ts';
import type { DataFolder } from '../cluster/data-folder.ts';
import { isSimulatedRun, keptPrices } from '../runs/run-request.ts';
import { readEarlierRuns } from './earlier-runs.ts';
import { standInOf } from './stand-in-of.ts';

export const dryRunHelp = 'say what it will cost, as a range, and whether its limits are enough; nothing is called or started';

/** What runs will cost, one alone or all cells of a sweep. */
export interface DryRun {
  readonly forecast: Forecast;
  /** What the range rests on, a clause each. */
  readonly basis: readonly string[];
  /** What the limits will not let it do, a sentence each. */
  readonly warnings: readonly string[];
}

/** What runs have together. */
export interface TogetherLimits {
  readonly name: string;
  /** 0: no limit. Absent: none at all. */
  readonly limits?: { readonly tokens: number; readonly calls: number; readonly money: number };
}

/**
 * Plays what these runs may do, with their settings and their queries. Calls no model, starts nothing, and writes nothing.
 * @param together of the sweep whose cells they are
 */
export async function dryRunOf(files: readonly RunFile[], folder: DataFolder, together?: TogetherLimits): Promise<DryRun> {
  const courses: Course[][] = [];
  const basis = new Set<string>();
  for (const file of files) {
    const made = await coursesOf(file, folder, files.length === 1 ? undefined : coursesOfEach);
    courses.push(made.courses);
    for (const clause of made.basis) basis.add(clause);
  }
  const all = addCourses(courses);
  const warnings = files.flatMap((file, index) => limitWarnings(file, courses[index] ?? []));
  if (together !== undefined) warnings.push(...togetherWarnings(together, all));
  return { forecast: forecastOf(all), basis: [...basis], warnings: [...new Set(warnings)] };
}

/** Where there are many runs. */
const coursesOfEach = 40;

async function coursesOf(file: RunFile, folder: DataFolder, wanted: number | undefined) {
  const earlier = await readEarlierRuns(folder, file.configuration, isSimulatedRun(file));
  const { standIn, basis } = await standInOf(file, earlier);
  const { configuration, benchmark, limits } = file;
  const prices = keptPrices(file);
  const { shares } = limits ?? {};
  const run = {
    ...{ configuration, benchmark, standIn, prices },
    limits: {
      pickShare: shares?.finalPick ?? defaultPickShare,
      testShare: shares?.test ?? 0,
      ...(limits !== undefined && given(limits)),
    },
  };
  return { courses: playCourses(run, wanted), basis };
}

/** As docs/limits.md has it. */
const defaultPickShare = 0.1;

function given({ tokens, calls, money }: NonNullable<RunFile['limits']>): { tokens?: number; calls?: number; money?: number } {
  return { ...(tokens > 0 && { tokens }), ...(calls > 0 && { calls }), ...(money > 0 && { money }) };
}

/** Below this share of courses, a limit that ends a search is no news. */
const worthSaying = 0.05;

function limitWarnings({ configuration }: RunFile, courses: readonly Course[]): string[] {
  const { name, search } = configuration;
  const ended = courses.filter(({ stopReason }) => stopReason === 'limit' || stopReason === 'token-budget');
  const share = ended.length / Math.max(1, courses.length);
  if (share < worthSaying) return [];
  const rounds = ended.map((course) => course.rounds).sort((one, other) => one - other);
  const what = ended[0]?.stopReason === 'limit' ? 'its limits end' : 'its token budget ends';
  const middle = rounds[Math.floor(rounds.length / 2)] ?? 0;
  const reach = share > 0.5 ? 'cannot reach what was asked' : 'may not reach what was asked';
  return [
    `${name} ${reach}: in ${formatShare(share)} of the courses ${what} the search before round ${search.maxRounds}, in the middle after ${countOf(middle, 'round')}`,
  ];
}

function togetherWarnings({ name, limits }: TogetherLimits, courses: readonly Course[]): string[] {
  const limited: readonly (readonly [string, number | undefined, (course: Course) => number])[] = [
    ['tokens', limits?.tokens, ({ tokens }) => tokens],
    ['calls', limits?.calls, ({ calls }) => calls],
    ['money', limits?.money, ({ money }) => money?.amount ?? 0],
  ];
  return limited.flatMap(([what, most = 0, taken]) => {
    const share = courses.filter((course) => taken(course) > most).length / Math.max(1, courses.length);
    if (most === 0 || share < worthSaying) return [];
    const reach = share > 0.5 ? 'cannot reach what was asked' : 'may not reach what was asked';
    return [
      `${name} ${reach}: in ${formatShare(share)} of the courses its runs take more ${what} than its limit for all of them`,
    ];
  });
}

/** @param subject what is forecast, e.g. "gsm8k" or "12 runs of the sweep night" */
export function answerWithDryRun(subject: string, dryRun: DryRun): Answer {
  const { forecast, basis, warnings } = dryRun;
  return {
    exitCode: exitCodes.ok,
    document: { dryRun: true, subject, ...forecast, basis, warnings },
    text: [
      `Dry run of ${subject}: nothing was called, started or spent.`,
      '',
      alignColumns(rowsOf(dryRun)),
      ...warnings.map((sentence) => `\nWarning: ${sentence}.`),
    ].join('\n'),
  };
}

function rowsOf({ forecast, basis }: DryRun): string[][] {
  const { money, tokens, calls, rounds, tokensByModel, courses } = forecast;
  const cost = (value: number) => formatCost(value, money?.currency ?? '');
  const main = money ?? tokens;
  const show = money === undefined ? formatCount : cost;
  return [
    ...(money === undefined
      ? []
      : [['cost', `${between(money, cost)}${money.unpriced === undefined ? '' : `, without ${money.unpriced.join(', ')}`}`]]),
    ['tokens', between(tokens, formatCount)],
    ...tokensByModel.map(({ model, tokens: own }) => ['', `${model}: ${between(own, formatCount)}`]),
    ['calls', between(calls, (value) => exact(value))],
    ['rounds', rounds.low === rounds.high ? exact(rounds.low) : `${exact(rounds.low)} to ${exact(rounds.high)}`],
    [
      'sure',
      `${formatShare(main.share)} of ${courses} made-up courses of it end in this range; the cheapest ${show(main.least)}, the dearest ${show(main.most)}`,
    ],
    ...basis.map((clause, index) => [index === 0 ? 'rests on' : '', clause]),
  ];
}

function between({ low, high, middle }: LikelyRange, show: (value: number) => string): string {
  const [least, most] = [show(low), show(high)];
  return least === most ? least : `${least} to ${most}, most likely about ${show(middle)}`;
}
