import { describeAmount } from './describe-amount.ts';
import type { LimitReached } from './event.ts';

/** Which limit it was, e.g. "the run's limit of 20,000 tokens". */
export function describeLimit({ limit, scope, most, reason }: Omit<LimitReached, 'kind'>): string {
  const whose = `the ${scope}'s`;
  if (limit === 'stop') return `${whose} stop${reason === undefined ? '' : ` (${reason})`}`;
  if (limit === 'time') return `${whose} limit of time`;
  return `${whose} limit of ${describeAmount(limit, most)}`;
}

/** What has ended a search, as a clause: "the run's limit of 20,000 tokens was reached", "the stop file stop has appeared". */
export function describeReached(reached: Omit<LimitReached, 'kind'>): string {
  if (reached.limit === 'stop' && reached.reason !== undefined) return reached.reason;
  return `${describeLimit(reached)} was reached`;
}
