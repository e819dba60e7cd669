import type { TimelineSpan } from '../../api/timeline-answer.ts';

export interface Lane {
  readonly name: string;
  /** Each with the row of the lane that it stands in: those at the same time stand below each other. */
  readonly spans: readonly { readonly span: TimelineSpan; readonly row: number }[];
  readonly rows: number;
}

/** What ran where, by worker or by endpoint. A job that called several endpoints stands in the lane of each. */
export function lanesOf(names: readonly string[], spans: readonly TimelineSpan[], by: 'worker' | 'endpoint'): readonly Lane[] {
  return names.map((name, place) => {
    const mine = spans
      .filter((span) => (by === 'worker' ? span.worker === place : span.endpoints.includes(place)))
      .toSorted((one, other) => one.beganMs - other.beganMs);
    const endOfRow: number[] = [];
    const placed = mine.map((span) => {
      const free = endOfRow.findIndex((end) => end <= span.beganMs);
      const row = free < 0 ? endOfRow.length : free;
      endOfRow[row] = span.endedMs;
      return { span, row };
    });
    return { name, spans: placed, rows: Math.max(1, endOfRow.length) };
  });
}
