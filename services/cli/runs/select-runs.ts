import { InvalidArgumentError } from 'commander';
import type { RunSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { describeStatus, moneyOfSummary } from './describe-runs.ts';

export const statuses = ['running', 'interrupted', 'paused', 'completed', 'cancelled', 'failed'] as const;

/** Which runs are meant: those for which all that is said holds. */
export interface RunFilter {
  readonly label?: readonly string[];
  readonly status?: (typeof statuses)[number];
  readonly benchmark?: string;
  /** A part of the name. */
  readonly name?: string;
  /** Of the run whose workflow an evaluation executes, or a sweep's. */
  readonly of?: string;
}

export function selectRuns(runs: readonly RunSummary[], filter: RunFilter, cluster: ReachedCluster['kind']): RunSummary[] {
  const { label = [], status, benchmark, name, of } = filter;
  return runs.filter(
    (run) =>
      label.every((word) => run.labels?.words.includes(word)) &&
      (status === undefined || describeStatus(run, cluster) === status) &&
      (benchmark === undefined || run.benchmark === benchmark) &&
      (name === undefined || run.name.includes(name)) &&
      (of === undefined || [run.ofRun, run.sweepId].some((id) => id?.startsWith(of))),
  );
}

const orders = {
  started: (a, b) => b.createdAtMs - a.createdAtMs,
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  score: (a, b) => (b.bestScore ?? -1) - (a.bestScore ?? -1),
  tokens: (a, b) => b.tokens - a.tokens,
  cost: (a, b) => (moneyOfSummary(b)?.amount ?? -1) - (moneyOfSummary(a)?.amount ?? -1),
} as const satisfies Record<string, (a: RunSummary, b: RunSummary) => number>;

export type RunOrder = keyof typeof orders;
export const runOrders = Object.keys(orders) as readonly RunOrder[];

/** The newest first, the best first, the dearest first; names as they are sorted. Equals stay in the order of their start. */
export function sortRuns(runs: readonly RunSummary[], order: RunOrder): RunSummary[] {
  return runs.toSorted(orders.started).sort(orders[order]);
}

const units = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const;

/** @returns milliseconds. @throws InvalidArgumentError */
export function parseAge(text: string): number {
  const [, count, unit] = /^(\d{1,5})([hdw])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('it must be hours, days or weeks, such as 12h, 30d or 8w.');
  return Number(count) * units[unit as keyof typeof units];
}
