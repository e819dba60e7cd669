/** A wait that people should be told about. */
export interface ToldWait {
  readonly kind: string;
  readonly waitedMs: number;
}

/** Says when a wait is worth mentioning. */
export interface WaitTeller {
  /**
   * To be called every second or so. `now`: mention it, for the first time or again; `over`: the wait that was mentioned has
   * ended.
   */
  look(wait: ToldWait | undefined): 'now' | 'over' | undefined;
}

export const firstWordMs = 10_000;
export const nextWordMs = 30_000;
/** A report that comes late sets the time of the same wait back by as much. */
const lateMs = 3_000;

/** Patience does not help with a pause or a full disk. */
const atOnce = new Set(['paused', 'person', 'disk']);

/** A wait is mentioned after ten seconds, every thirty seconds from then on, and at once when it changes. */
export function createWaitTeller(): WaitTeller {
  let told: ToldWait | undefined;
  return {
    look(wait) {
      const isSame = told !== undefined && told.kind === wait?.kind && wait.waitedMs >= told.waitedMs - lateMs;
      const isDue = wait !== undefined && (isSame || wait.waitedMs >= (atOnce.has(wait.kind) ? 0 : firstWordMs));
      if (!isDue) {
        const wasTold = told !== undefined;
        told = undefined;
        return wasTold ? 'over' : undefined;
      }
      if (told !== undefined && isSame && wait.waitedMs - told.waitedMs < nextWordMs) return undefined;
      told = wait;
      return 'now';
    },
  };
}
