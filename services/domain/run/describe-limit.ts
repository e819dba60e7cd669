import type { LimitReached } from './event.ts';

const nouns = { tokens: 'tokens', calls: 'calls', money: 'in money' } as const;

/** Which limit it was, e.g. "the run's limit of 20,000 tokens". */
export function describeLimit({ limit, scope, most, reason }: Omit<LimitReached, 'kind'>): string {
  const whose = `the ${scope}'s`;
  if (limit === 'stop') return `${whose} stop${reason === undefined ? '' : ` (${reason})`}`;
  if (limit === 'time') return `${whose} limit of time`;
  return `${whose} limit of ${most.toLocaleString('en')} ${nouns[limit]}`;
}
