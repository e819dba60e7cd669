import type { AnswerLatency } from '../../domain/report/report-model.ts';
import { formatDuration } from './format.ts';

/** E.g. "1.2 s, 9 in 10 within 2.6 s". */
export function describeLatency({ median, p90 }: Pick<AnswerLatency, 'median' | 'p90'>): string {
  return `${shortTime(median)}, 9 in 10 within ${shortTime(p90)}`;
}

/** E.g. "740 ms", "1.2 s", "3 min": most calls take less than the second that formatDuration begins with. */
export function shortTime(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)} s` : formatDuration(ms);
}
