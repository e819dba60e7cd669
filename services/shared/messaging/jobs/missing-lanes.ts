import { type Backoff, createBackoff } from '../../lifecycle/backoff.ts';

/**
 * How long a pull from a lane that does not exist waits, so that a loop over it does not spin. A worker hears of a new run a
 * moment before the run's lanes are opened, so the first waits are short.
 */
export interface MissingLanes {
  /** The lane was not there. @returns how long to wait, in milliseconds */
  missed(lane: string): number;
  /** It is there. */
  found(lane: string): void;
}

const firstMs = 10;
const capMs = 200;
/** Lanes of runs that have ended are never found again. */
const mostKept = 1_000;

export function createMissingLanes(): MissingLanes {
  const pauses = new Map<string, Backoff>();
  return {
    missed(lane) {
      if (pauses.size >= mostKept && !pauses.has(lane)) pauses.clear();
      const pause = pauses.get(lane) ?? createBackoff({ firstMs, capMs });
      pauses.set(lane, pause);
      return pause.next();
    },
    found: (lane) => void pauses.delete(lane),
  };
}
