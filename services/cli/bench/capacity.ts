import type { ServedCall } from './served-calls.ts';

export interface Replica {
  readonly slots: number;
  /** When it was down, in milliseconds since 1970. Default: never. */
  readonly down?: { readonly fromMs: number; readonly toMs: number };
}

/** Of the slot-seconds that replicas had between two shares of the calls' ends, the share in which a call was being answered. */
export function capacityUsed(calls: readonly ServedCall[], replicas: readonly Replica[], from: number, to: number): number {
  const ends = calls.map(({ endedMs }) => endedMs).sort((one, other) => one - other);
  const at = (share: number): number => ends[Math.floor((ends.length - 1) * share)] ?? Number.NaN;
  const window = { fromMs: at(from), toMs: at(to) };
  const used = calls.reduce((sum, { beganMs, endedMs }) => sum + overlap({ fromMs: beganMs, toMs: endedMs }, window), 0);
  const there = replicas.reduce(
    (sum, { slots, down }) => sum + slots * (window.toMs - window.fromMs - (down === undefined ? 0 : overlap(down, window))),
    0,
  );
  return used / there;
}

/** Seconds that so much work takes replicas that are always full: what a replica misses while it is down, all make up for. */
export function leastSeconds(workSeconds: number, replicas: readonly Replica[]): number {
  const missed = replicas.reduce(
    (sum, { slots, down }) => sum + (down === undefined ? 0 : (slots * (down.toMs - down.fromMs)) / 1000),
    0,
  );
  return (workSeconds + missed) / replicas.reduce((sum, { slots }) => sum + slots, 0);
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

function overlap(one: Span, other: Span): number {
  return Math.max(0, Math.min(one.toMs, other.toMs) - Math.max(one.fromMs, other.fromMs));
}
