export interface EventLog {
  /**
   * Appends one entry. `expectedLast` is the sequence of the run's last entry, 0 for none; returns the new one.
   * @throws LogConflictError if another writer came first: the caller is deposed and must stop
   * @throws LogLostError if the log ends before expectedLast
   */
  append(runId: string, entry: Uint8Array, expectedLast: number): Promise<number>;
  /**
   * Entries after a sequence, up to the end of the log as it is now, or, with follow, on until the signal aborts.
   * @throws LogLostError when the store is recreated meanwhile
   */
  read(
    runId: string,
    settings: { readonly after: number; readonly follow: boolean },
    signal: AbortSignal,
  ): AsyncIterable<LogEntry>;
  /** The entry of the run's log at a sequence, undefined if there is none. */
  at(runId: string, sequence: number): Promise<LogEntry | undefined>;
}

/** What an EventLog is to runs, for sweeps: whoever leads one, and whoever is told to steer it, write to its log. */
export interface SweepLogs extends EventLog {
  /** Ids of the sweeps that have a log, sorted. */
  list(): Promise<string[]>;
  /** Where each entry is that there is, then of each new one, until the abort. Starts over when the store is recreated. */
  watch(signal: AbortSignal): AsyncIterable<SweepLogChange>;
}

export interface SweepLogChange {
  readonly sweepId: string;
  /** Of the entry. */
  readonly sequence: number;
}

export interface LogEntry {
  /** Increases along a run's log, not always by one. */
  readonly sequence: number;
  /** Wall-clock time of the append, from the server. */
  readonly timeMs: number;
  readonly entry: Uint8Array;
}
