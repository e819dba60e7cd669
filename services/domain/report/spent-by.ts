import type { Spending } from './report-model.ts';

/** All that had been spent when a round's score was known: final pick and tests, which come later, are in no round's. */
export function spentBy(spending: readonly Spending[], round: number): { readonly tokens: number; readonly money?: number } {
  const last = spending.findLastIndex((entry) => entry.round <= round && entry.phase !== 'final' && entry.phase !== 'test');
  const until = spending.slice(0, last + 1);
  const priced = until.flatMap(({ money }) => money ?? []);
  const { before = 0, tokens = 0 } = spending[last] ?? {};
  return { tokens: before + tokens, ...(priced.length > 0 && { money: priced.reduce((sum, money) => sum + money, 0) }) };
}
