import { agreement } from '../statistics/agreement.ts';
import type { PreparedSearch, ReplayedSearch } from './prepared-search.ts';

/** The measures of one replay of one search. Undefined where there is none, e.g. a correlation with a constant. */
export interface Measures {
  /** Points (100 x score): truth of the best workflow minus truth of the one picked. */
  readonly regret: number | undefined;
  /** 1 if the one picked is within 1 point of the best, else 0. */
  readonly withinOnePoint: number | undefined;
  /** Of an answer of the one picked, as a multiple of what the first workflow costs. */
  readonly cost: number | undefined;
  /** f as it turned out. */
  readonly spent: number;
  /** Times that the pick waited for executions. */
  readonly pickSteps: number | undefined;
  /** Of the scores of the workflows after the warm-up, including broken ones. */
  readonly meanAbsoluteError: number | undefined;
  readonly pearson: number | undefined;
  readonly spearman: number | undefined;
  readonly diffCos: number | undefined;
  /** The same among the workflows that work. */
  readonly workingMeanAbsoluteError: number | undefined;
  readonly workingPearson: number | undefined;
  readonly workingSpearman: number | undefined;
  readonly workingDiffCos: number | undefined;
}

export type MeasureName = keyof Measures;

export const measureNames: readonly MeasureName[] = [
  'regret',
  'withinOnePoint',
  'cost',
  'spent',
  'pickSteps',
  'meanAbsoluteError',
  'pearson',
  'spearman',
  'diffCos',
  'workingMeanAbsoluteError',
  'workingPearson',
  'workingSpearman',
  'workingDiffCos',
];

type Outcome = Pick<ReplayedSearch, 'evaluations' | 'picked' | 'pickSteps' | 'executions'>;

/** @param after this many workflows at the start are left out of the scores' measures: compare methods on the same ones */
export function measure(search: PreparedSearch, replay: Outcome, after: number): Measures {
  const { truths, working } = search;
  const regret = replay.picked === undefined ? undefined : 100 * (Math.max(...truths) - (truths[replay.picked] as number));
  const places = truths.map((_, index) => index).filter((index) => index >= after);
  const all = agreementOf(search, replay, places);
  const works = agreementOf(
    search,
    replay,
    places.filter((place) => working[place]),
  );
  return {
    regret,
    withinOnePoint: regret === undefined ? undefined : Number(regret <= 1 + 1e-9),
    cost: costOfPick(search, replay.picked),
    spent: replay.executions / (truths.length * search.queryCount),
    pickSteps: replay.pickSteps,
    meanAbsoluteError: all.meanAbsoluteError,
    pearson: all.pearson,
    spearman: all.spearman,
    diffCos: all.diffCos,
    workingMeanAbsoluteError: works.meanAbsoluteError,
    workingPearson: works.pearson,
    workingSpearman: works.spearman,
    workingDiffCos: works.diffCos,
  };
}

function costOfPick({ workflows }: PreparedSearch, picked: number | undefined): number | undefined {
  const [first, cost] = [workflows[0]?.cost, picked === undefined ? undefined : workflows[picked]?.cost];
  return first === undefined || first === 0 || cost === undefined ? undefined : cost / first;
}

function agreementOf({ truths }: PreparedSearch, { evaluations }: Outcome, places: readonly number[]) {
  return agreement(
    places.map((place) => evaluations[place]?.score as number),
    places.map((place) => truths[place] as number),
  );
}
