import type { Timing } from './timing.ts';

/** Who holds a part of a table that several change together. */
export interface TableHolder {
  /** "<name>/<id of the process>/<number>". */
  readonly holder: string;
  /** Rises whenever the holder writes. */
  readonly beat: number;
  /** It is dead once its beat has stood still for this long. */
  readonly ttlMs: number;
}

/** Which holders of tables have died, as this process sees it. */
export interface HolderDeaths {
  saw(table: string, holders: readonly TableHolder[]): void;
  isDead(table: string, holder: TableHolder): boolean;
}

/** How long a server may take to notice that all calls of a process that has ended are over. */
const noticedMs = 500;
const lookEveryMs = 250;

/**
 * @param hasEnded whether the process that had this id is known to have ended, which frees what it had half a second later
 * @param lookAgain called when that time has come for one
 */
export function createHolderDeaths(timing: Timing, hasEnded: (id: string) => boolean, lookAgain: () => void): HolderDeaths {
  const processes = new Map<string, { readonly lookedMs: number; readonly endedMs: number | undefined }>();
  const hasLongEnded = (of: string): boolean => {
    const nowMs = timing.monotonicMs();
    let known = processes.get(of);
    // Claims are weighed far more often than processes end, and each look is a call to the system.
    if (known === undefined || (known.endedMs === undefined && nowMs - known.lookedMs >= lookEveryMs)) {
      known = { lookedMs: nowMs, endedMs: hasEnded(of) ? nowMs : undefined };
      processes.set(of, known);
      if (known.endedMs !== undefined) timing.after(noticedMs, lookAgain);
    }
    return known.endedMs !== undefined && nowMs - known.endedMs >= noticedMs;
  };

  /** How long each holder has been silent, by the own clock. */
  const ofTables = new Map<string, ReadonlyMap<string, { readonly beat: number; readonly sinceMs: number }>>();
  const isSilent = (table: string, { holder, ttlMs }: TableHolder): boolean => {
    const known = ofTables.get(table)?.get(holder);
    return known !== undefined && timing.monotonicMs() - known.sinceMs >= ttlMs;
  };
  return {
    saw: (table, holders) => {
      const before = ofTables.get(table);
      const now = { sinceMs: timing.monotonicMs() };
      const beats = holders.map(({ holder, beat }) => {
        const known = before?.get(holder);
        return [holder, known !== undefined && known.beat >= beat ? known : { ...now, beat }] as const;
      });
      ofTables.set(table, new Map(beats));
    },
    isDead: (table, holder) => hasLongEnded(idIn(holder)) || isSilent(table, holder),
  };
}

function idIn({ holder }: TableHolder): string {
  return holder.split('/').at(-2) ?? '';
}
