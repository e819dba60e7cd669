/** How long to wait before each further try of something that failed: longer each time, up to a limit. */
export interface Backoff {
  /** The next pause, in milliseconds. */
  next(): number;
  /** Something has worked: the pauses start again from the first. */
  reset(): void;
}

export interface BackoffSettings {
  readonly firstMs: number;
  /** Each pause is this many times the one before. Default: 2. */
  readonly factor?: number;
  readonly capMs: number;
  /** Spreads pauses, so that what failed together does not come back together. Default: none. */
  readonly jitter?: Jitter;
}

export interface Jitter {
  /**
   * `full`: anywhere between 0 and the pause. `around`: between half of it and one and a half, so that the cap is not a limit.
   */
  readonly kind: 'full' | 'around';
  /** In [0, 1). */
  readonly random: () => number;
}

const least = { full: 0, around: 0.5 } as const;

export function createBackoff({ firstMs, factor = 2, capMs, jitter }: BackoffSettings): Backoff {
  const begin = Math.min(capMs, firstMs);
  let pauseMs = begin;
  return {
    next() {
      const now = pauseMs;
      pauseMs = Math.min(capMs, pauseMs * factor);
      return jitter === undefined ? now : now * (least[jitter.kind] + jitter.random());
    },
    reset() {
      pauseMs = begin;
    },
  };
}
