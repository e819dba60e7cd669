import type { RunMemory } from '../contracts/generated/scale/v1/control.ts';

/** What ended runs have shown about their queries, for later runs on the same ones. The oldest is lost where space runs out. */
export interface MemoryStore {
  /** Replaces what was kept of the run before. */
  keep(memory: RunMemory): Promise<void>;
  /** The memory of runs on queries with this hash, or of all runs, newest first. */
  list(queriesHash?: string): Promise<StoredMemory[]>;
  /** False if nothing was kept of the run. */
  forget(runId: string): Promise<boolean>;
}

export interface StoredMemory {
  /** Wall-clock time, from the server. */
  readonly keptAtMs: number;
  readonly memory: RunMemory;
}
