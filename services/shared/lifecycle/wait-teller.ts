/** A wait of which people are to be told. */
export interface ToldWait {
  readonly kind: string;
  readonly waitedMs: number;
}

/** Says when a wait is worth a word. */
export interface WaitTeller {
  /** To be asked every second or so. `now`: say it, once more or for the first time; `over`: what was told has ended. */
  look(wait: ToldWait | undefined): 'now' | 'over' | undefined;
}

export const firstWordMs = 10_000;
export const nextWordMs = 30_000;

/** A pause and a full disk are no matter of patience. */
const atOnce = new Set(['paused', 'person', 'disk']);

/** A wait is told after ten seconds, every thirty seconds from then on, and at once when it becomes another one. */
export function createWaitTeller(): WaitTeller {
  let told: ToldWait | undefined;
  return {
    look(wait) {
      const isDue = wait !== undefined && wait.waitedMs >= (atOnce.has(wait.kind) ? 0 : firstWordMs);
      if (!isDue) {
        const wasTold = told !== undefined;
        told = undefined;
        return wasTold ? 'over' : undefined;
      }
      const isAnother = told?.kind !== wait.kind || wait.waitedMs < told.waitedMs;
      if (told !== undefined && !isAnother && wait.waitedMs - told.waitedMs < nextWordMs) return undefined;
      told = wait;
      return 'now';
    },
  };
}
