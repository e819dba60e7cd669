import { nounFor } from '../../domain/names/count-of.ts';
import type { Verdict } from '../../domain/report/report-verdict.ts';
import { formatValue } from './figure.ts';
import { exact } from './format.ts';

/** What `scale status` knows of it as well. */
export type ToldVerdict = Pick<Verdict, 'kind' | 'round' | 'queries' | 'isFinal'> & {
  readonly difference?: { readonly difference: number; readonly low: number; readonly high: number };
  readonly start?: { readonly tokens: number };
  readonly winner?: { readonly tokens: number };
};

/**
 * The first line of a report, in one sentence: whether the search found anything, and what it is worth.
 * @param status of the run, such as cancelled
 */
export function describeVerdict(verdict: ToldVerdict, status: string): string {
  const { kind, round, difference, queries, isFinal } = verdict;
  const so = isFinal ? '' : soFar(status);
  const cost = describeCost(verdict);
  if (difference === undefined) {
    const which = round === 1 ? 'which is the start' : 'by its score alone: no query was executed with both';
    return `${so}${isFinal ? 'N' : 'n'}othing better than the start was found: round ${round} is recommended, ${which}.`;
  }
  const interval = `${points(difference.difference)} points (95 % interval ${points(difference.low)} to ${points(difference.high)})`;
  const where = `on the ${exact(queries)} ${nounFor(queries, 'query')} that both executed`;
  switch (kind) {
    case 'better':
      return `${so}${isFinal ? 'B' : 'b'}etter than the start: round ${round}, ${difference.low > 0 ? '' : 'probably, '}by ${interval} ${where}${cost}.`;
    case 'cheaper':
      return `${so}${isFinal ? 'A' : 'a'}s good as the start, but cheaper: round ${round}${cost}; the difference is ${interval} ${where}.`;
    case 'nothing-better':
      return `${so}${isFinal ? 'N' : 'n'}othing better than the start was found: round ${round} differs from it by ${interval} ${where}${difference.high < 0 ? '' : ', which may be chance'}${cost}.`;
  }
}

/** What a run had when it was ended, or has now. */
export function soFar(status: string): string {
  if (status === 'cancelled') return 'When it was cancelled: ';
  return status === 'failed' ? 'When it failed: ' : 'So far: ';
}

function describeCost({ start, winner }: ToldVerdict): string {
  if (start === undefined || winner === undefined) return '';
  return `, ${exact(Math.round(winner.tokens))} instead of ${exact(Math.round(start.tokens))} tokens an answer`;
}

/** Of 100, with a sign. */
function points(difference: number): string {
  return formatValue('points', 100 * difference);
}
