import { nounFor } from '../../domain/names/count-of.ts';
import type { Money } from '../../domain/prices/money-of.ts';
import { dash, formatFigure } from '../../shared/document/figure.ts';
import { exact, formatCount, formatDuration, formatScore, formatShare } from '../../shared/document/format.ts';
import { shortMoney } from '../../shared/document/format-money.ts';
import type { Between } from '../api/run-row.ts';

/** Numbers as the reports write them; a dash for one that is not known. */

export const score = (value: number | undefined) => (value === undefined ? dash : formatScore(value));
export const tokens = (value: number | undefined) => (value === undefined ? dash : formatCount(value));
export const money = (value: Money | undefined) => (value === undefined ? dash : shortMoney(value));
export const duration = (ms: number | undefined) => (ms === undefined ? dash : formatDuration(ms));
export const saved = (share: number | undefined) =>
  share === undefined ? dash : share < 0 ? `${formatShare(-share)} more` : formatShare(share);

/** A difference of scores, with its sign. */
export const signedScore = (difference: number) => `${difference > 0 ? '+' : ''}${difference.toFixed(4)}`.replace('-', '−');

/** With its interval, where it has one. */
export const scoreBetween = (value: number, interval: Between | undefined) =>
  formatFigure({ unit: 'score', value, ...(interval && { low: interval.low, high: interval.high }) });

export const intervalText = ({ low, high }: Between) => `95 %: ${formatScore(low)}–${formatScore(high)}`;

/** Milliseconds under a second, and tenths of a second up to a minute. */
export function latency(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : formatDuration(ms);
}

/** By the clock of whoever looks. */
export function time(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** E.g. "3 min ago". */
export function ago(ms: number, nowMs: number): string {
  const since = nowMs - ms;
  if (since < 60_000) return 'just now';
  if (since < 48 * 3_600_000) return `${formatDuration(since)} ago`;
  return time(ms).slice(0, 10);
}

/** With its digits in groups. @param noun of one */
export const plural = (count: number, noun: string) => `${exact(count)} ${nounFor(count, noun)}`;
