import { setTimeout as sleep } from 'node:timers/promises';

/** How long the simulated model takes. It never changes what it says. */
export interface Latency {
  /** Milliseconds before the first token. */
  readonly timeToFirstTokenMs: number;
  /** Tokens a second of one sequence; 0 for no wait at all. */
  readonly tokensPerSecond: number;
}

/**
 * Waits until the time that this many tokens need has passed since `startedAt` (monotonic milliseconds). Waiting for a point in
 * time, not a while, keeps timers that fire late from adding up.
 */
export async function waitForTokens(latency: Latency, tokens: number, startedAt: number, signal: AbortSignal): Promise<void> {
  const generating = latency.tokensPerSecond === 0 ? 0 : (tokens * 1000) / latency.tokensPerSecond;
  const left = startedAt + latency.timeToFirstTokenMs + generating - performance.now();
  if (left > 0) await sleep(left, undefined, { signal });
}
