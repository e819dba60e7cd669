import { defined } from '../defined.ts';
import { type Money, moneyOf } from '../prices/money-of.ts';
import type { PriceTable } from '../prices/price-table.ts';
import type { StopReason } from '../run/event.ts';
import { totalsByModel, totalUse } from '../run/ledger/totals.ts';
import type { RunState } from '../run/state.ts';
import { type LikelyRange, likelyRange } from './likely-range.ts';
import { type PlayedRun, playRun } from './play-run.ts';

/** What one course of a run has taken. */
export interface Course {
  readonly tokens: number;
  readonly calls: number;
  readonly money?: Money;
  readonly byModel: ReadonlyMap<string, number>;
  readonly rounds: number;
  readonly stopReason: StopReason | undefined;
}

export interface Forecast {
  readonly courses: number;
  readonly tokens: LikelyRange;
  readonly calls: LikelyRange;
  /** Absent if no model has a price. */
  readonly money?: LikelyRange & Omit<Money, 'amount'>;
  readonly tokensByModel: readonly { readonly model: string; readonly tokens: LikelyRange }[];
  readonly rounds: LikelyRange;
  /** Share of the courses that end so. */
  readonly ends: Readonly<Partial<Record<StopReason, number>>>;
}

/** More of them make the range steadier, and a long run takes longer to play. */
const [fewest, mostCourses, executionsInAll] = [40, 120, 250_000];

/** @param wanted courses; default: as many as can be played in a few seconds */
export function playCourses(run: PlayedRun, wanted?: number): Course[] {
  const first = playRun(run, 0);
  const executions = first.rounds.reduce((sum, { outcomes }) => sum + outcomes.length, first.finalOutcomes?.length ?? 0);
  const count = wanted ?? Math.min(mostCourses, Math.max(fewest, Math.round(executionsInAll / Math.max(1, executions))));
  const others = Array.from({ length: count - 1 }, (_, index) => playRun(run, index + 1));
  return [first, ...others].map((state) => courseOf(state, run.prices));
}

function courseOf({ ledger, rounds, stopReason }: RunState, prices: PriceTable | undefined): Course {
  const { tokens, calls } = totalUse(ledger);
  const byModel = new Map(totalsByModel(ledger).map(({ model, tokens: used }) => [model, used]));
  return { tokens, calls, byModel, rounds: rounds.length, stopReason, ...defined({ money: moneyOf(prices, ledger) }) };
}

/** The courses of runs together, one of each run at a time. */
export function addCourses(runs: readonly (readonly Course[])[]): Course[] {
  const count = Math.min(...runs.map((courses) => courses.length));
  return Array.from({ length: count }, (_, index) =>
    runs
      .map((courses) => courses[index] as Course)
      .reduce((one, other) => ({
        tokens: one.tokens + other.tokens,
        calls: one.calls + other.calls,
        rounds: one.rounds + other.rounds,
        byModel: addedUp(one.byModel, other.byModel),
        stopReason: one.stopReason === other.stopReason ? one.stopReason : undefined,
        ...defined({ money: moneyTogether(one.money, other.money) }),
      })),
  );
}

function addedUp(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const sum = new Map(one);
  for (const [model, tokens] of other) sum.set(model, (sum.get(model) ?? 0) + tokens);
  return sum;
}

/** Of two tables in different currencies there is no sum. */
function moneyTogether(one: Money | undefined, other: Money | undefined): Money | undefined {
  if (one === undefined || other === undefined || one.currency !== other.currency) return undefined;
  const unpriced = [...new Set([...(one.unpriced ?? []), ...(other.unpriced ?? [])])].sort();
  return { amount: one.amount + other.amount, currency: one.currency, ...(unpriced.length > 0 && { unpriced }) };
}

/** Simulated runs differ from their courses by more than the courses do from one another. */
const doubt = 1.1;

/** @param courses at least one */
export function forecastOf(courses: readonly Course[]): Forecast {
  const of = (read: (course: Course) => number): LikelyRange => likelyRange(courses.map(read), doubt);
  const models = [...new Set(courses.flatMap(({ byModel }) => [...byModel.keys()]))].sort();
  const stops = Map.groupBy(courses, ({ stopReason }) => stopReason);
  const ends = [...stops].flatMap(([reason, those]) => (reason === undefined ? [] : [[reason, those.length / courses.length]]));
  const money = courses[0]?.money;
  const unpriced = [...new Set(courses.flatMap((course) => course.money?.unpriced ?? []))].sort();
  return {
    courses: courses.length,
    tokens: of(({ tokens }) => tokens),
    calls: of(({ calls }) => calls),
    ...(money && {
      money: { ...of((course) => course.money?.amount ?? 0), currency: money.currency, ...(unpriced.length > 0 && { unpriced }) },
    }),
    tokensByModel: models.map((model) => ({ model, tokens: of(({ byModel }) => byModel.get(model) ?? 0) })),
    rounds: likelyRange(courses.map(({ rounds }) => rounds)),
    ends: Object.fromEntries(ends),
  };
}
