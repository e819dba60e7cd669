import type { SweepState } from '../../domain/sweep/sweep-state.ts';
import type { StartRunRequest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { decodeSweepStarts } from '../../shared/contracts/sweep-codec.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { SweepLog } from './sweep-log.ts';

/** What whoever leads a sweep keeps of it, so that a store that is made anew costs no cell that had ended. */
export interface SweepCopy {
  /** What the cells of the newest definition are started with, in their order. */
  starts(state: SweepState): readonly StartRunRequest[];
  /** Takes in what the log has. @throws BlobMissingError */
  keep(bus: Pick<Bus, 'blobs'>, log: SweepLog, state: SweepState): Promise<void>;
  /** Writes the log and what it names again where the store has lost it. */
  restore(bus: Pick<Bus, 'blobs' | 'sweeps'>, sweepId: string): Promise<void>;
  /** There is something to restore. */
  isKept(): boolean;
}

export function createSweepCopy(): SweepCopy {
  let entries: readonly Uint8Array[] = [];
  let startsBlob: string | undefined;
  let starts: readonly StartRunRequest[] = [];
  const blobs = new Map<string, Uint8Array>();
  return {
    starts(state) {
      if (state.startsBlob !== startsBlob) throw new Error(`the starts ${state.startsBlob} of a sweep were not read`);
      return starts;
    },
    async keep(bus, log, state) {
      entries = log.entries();
      if (state.startsBlob === startsBlob) return;
      const wanted = new Set([state.startsBlob, ...state.cells.map(({ benchmarkBlob }) => benchmarkBlob)]);
      for (const name of blobs.keys()) if (!wanted.has(name)) blobs.delete(name);
      for (const name of wanted) if (!blobs.has(name)) blobs.set(name, await bus.blobs.get(name));
      starts = decodeSweepStarts(blobs.get(state.startsBlob) ?? new Uint8Array());
      startsBlob = state.startsBlob;
    },
    async restore(bus, sweepId) {
      let last = 0;
      // Blobs first: what the log names must be there when others see it.
      for (const content of blobs.values()) await bus.blobs.put(content);
      for (const entry of entries) last = await bus.sweeps.append(sweepId, entry, last);
    },
    isKept: () => entries.length > 0,
  };
}
