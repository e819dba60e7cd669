import type { RunManifest, RunMemory } from '../contracts/generated/scale/v1/control.ts';
import type { Job, Trouble, WorkerReport } from '../contracts/generated/scale/v1/job.ts';
import type { ModelCall, Result } from '../contracts/generated/scale/v1/result.ts';
import type { SpendingNote } from '../contracts/generated/scale/v1/spending.ts';

/**
 * What the services ask of the bus, and all that they know of it. Two adapters obey one contract suite
 * (test/contract/bus.contract.ts): NatsBus on JetStream, and InMemoryBus for simulation.
 *
 * In: durable queues with redelivery, a first-writer-wins result store, fenced append-only logs, a journal, blobs, run
 * manifests and leases. Out, on purpose: ordering between jobs, exactly-once delivery (acks are not fenced by delivery: the
 * result store is what makes effects happen once), request-reply.
 *
 * Every method rejects with a BusError after its own deadline; none waits for ever. Iterators end when their signal aborts.
 */
export interface Bus {
  readonly jobs: JobQueue;
  readonly results: ResultStore;
  readonly log: EventLog;
  readonly journal: CallJournal;
  readonly spending: SpendingStore;
  readonly blobs: BlobStore;
  readonly runs: RunRegistry;
  readonly leases: LeaseStore;
  readonly troubles: TroubleBoard;
  readonly workers: WorkerBoard;
  readonly memory: MemoryStore;
  /**
   * Resolves if the server answers, the streams are there, it has refused nothing of late, and nothing has been tried in vain for
   * long; for /readyz.
   */
  check(signal: AbortSignal): Promise<void>;
  /** What has been tried in vain for the longest time, undefined for nothing: for whoever waits. */
  trouble(): BusTrouble | undefined;
  /**
   * Calls back when the store, or a part of it, was made anew, and what it held is lost. By then the streams are there again, and
   * empty. What it returns takes that back.
   */
  onRemade(listener: () => void): () => void;
  /** Flushes and closes. Idempotent. */
  close(): Promise<void>;
}

export interface BusTrouble {
  /** E.g. "publish results.v1.r1.j1: the server did not answer in time". */
  readonly message: string;
  readonly forMs: number;
}

export type JobKind = 'execute' | 'predict' | 'propose';

export interface JobQueue {
  /** A job that is already queued is left alone: its id is its identity. */
  publish(job: Job): Promise<'queued' | 'already-queued'>;
  /** Makes or updates the one consumer of a run's jobs of a kind. maxInFlight is a cap over all workers. */
  openLane(kind: JobKind, runId: string, settings: { readonly maxInFlight: number }): Promise<void>;
  /** Deletes a run's queued jobs and its lanes. Jobs that are being worked on go too; their late results are harmless. */
  closeLanes(runId: string): Promise<void>;
  /**
   * Up to `max` jobs: ask for exactly as many as there are free slots, since a delivered job burns its ack time even in a
   * buffer. Waits up to `waitMs` for the first; [] when none came or the lane is not there.
   */
  pull(
    kind: JobKind,
    runId: string,
    settings: { readonly max: number; readonly waitMs: number },
    signal: AbortSignal,
  ): Promise<Delivery[]>;
  /** Ids of the run's jobs that are queued or being worked on. */
  outstanding(runId: string): Promise<Set<string>>;
  /**
   * Closes the lanes of a run that hold jobs and hand them to nobody, since the server has lost its place in the queue, or the lane.
   * Their jobs stay, and come once the lanes are opened again. Takes a second where a lane looks like that; returns how many must be
   * opened again.
   */
  closeStuckLanes(runId: string): Promise<number>;
}

/** A job, handed to a worker once. */
export interface Delivery {
  readonly job: Job;
  /** From 1. */
  readonly deliveryCount: number;
  /**
   * Tells the server that the job is alive; without it the job is redelivered after ackWaitMs. Resolves when the server has it.
   * Does nothing once the delivery is settled (acked, given back or terminated).
   */
  heartbeat(): Promise<void>;
  /** Done: a result is stored. Call it only then. */
  ack(): Promise<void>;
  /** Not done: deliver again after the delay. */
  retry(delayMs: number): Promise<void>;
  /** Never deliver again; store a failure result first. */
  terminate(): Promise<void>;
}

export interface ResultStore {
  /** The first result of a job wins; a later one changes nothing. */
  put(result: Result): Promise<'stored' | 'already-stored'>;
  get(runId: string, jobId: string): Promise<Result | undefined>;
  /** Ids of the run's jobs that have a result. */
  jobIds(runId: string): Promise<Set<string>>;
  /**
   * The run's results from the first on, then new ones as they come, until the signal aborts. Starts over when the store is made
   * anew.
   */
  follow(runId: string, signal: AbortSignal): AsyncIterable<Result>;
}

export interface EventLog {
  /**
   * Appends one entry. `expectedLast` is the sequence of the run's last entry, 0 for none; returns the new one.
   * @throws LogConflictError if another writer came first: the caller is deposed and must stop
   * @throws LogLostError if the log ends before expectedLast
   */
  append(runId: string, entry: Uint8Array, expectedLast: number): Promise<number>;
  /**
   * Entries after a sequence, up to the end of the log as it is now, or, with follow, on until the signal aborts.
   * @throws LogLostError when the store is made anew meanwhile
   */
  read(
    runId: string,
    settings: { readonly after: number; readonly follow: boolean },
    signal: AbortSignal,
  ): AsyncIterable<LogEntry>;
}

export interface LogEntry {
  /** Increases along a run's log, not always by one. */
  readonly sequence: number;
  /** Wall-clock time of the append, from the server. */
  readonly timeMs: number;
  readonly entry: Uint8Array;
}

/** Finished model calls of jobs that are not finished, so that a redelivered job does not pay again. */
export interface CallJournal {
  record(runId: string, jobId: string, call: ModelCall): Promise<void>;
  /** By call id. */
  read(runId: string, jobId: string): Promise<Map<string, ModelCall>>;
}

/** Notes on what calls have used, beside the log. The oldest are lost where space ends. */
export interface SpendingStore {
  /** Resolves when the note is stored. */
  note(note: SpendingNote): Promise<void>;
  /** Notes of a run after a place, up to the last one now, or, with follow, on until the signal aborts. */
  read(
    runId: string,
    settings: { readonly after: number; readonly follow: boolean },
    signal: AbortSignal,
  ): AsyncIterable<StoredNote>;
}

export interface StoredNote {
  /** Increases along a run's notes, not always by one. */
  readonly sequence: number;
  readonly note: SpendingNote;
}

export interface BlobStore {
  /** Returns the content's SHA-256 in hex, which is its name. Storing the same content again is harmless. */
  put(content: Uint8Array): Promise<string>;
  /** @throws BlobMissingError */
  get(name: string): Promise<Uint8Array>;
  /**
   * Removes the blobs that were last put longer ago than that and that no run, queued job, result, log entry, journaled call or
   * memory refers to, and what puts that were broken off have left. One that is put again at the same time stays. The time must
   * be far above what lies between the put of a blob and the message that refers to it, and above 40 minutes.
   */
  collect(settings: { readonly unusedForMs: number }, signal: AbortSignal): Promise<CollectedBlobs>;
}

export interface CollectedBlobs {
  readonly removed: number;
  readonly kept: number;
}

export interface RunRegistry {
  put(manifest: RunManifest): Promise<void>;
  /**
   * Changes what is there now, whoever else changes it at the same time: `change` is asked again if another writer came first, so
   * it must be a function of its argument. What it returns unchanged is not written. Undefined if there is no such run.
   */
  update(runId: string, change: (manifest: RunManifest) => RunManifest): Promise<RunManifest | undefined>;
  get(runId: string): Promise<RunManifest | undefined>;
  list(): Promise<RunManifest[]>;
  /** Every manifest there is, then each change, until the signal aborts. Starts over when the store is made anew. */
  watch(signal: AbortSignal): AsyncIterable<RunManifest>;
}

export interface LeaseStore {
  /** Undefined if somebody else holds it. */
  acquire(name: string, holder: string): Promise<Lease | undefined>;
}

export interface Lease {
  /** Increases with each holder: the epoch that fences what a deposed one still sends. */
  readonly epoch: number;
  /** Must be called every ttlMs / 3. False: the lease is lost, stop writing. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
  readonly ttlMs: number;
}

/** What runs that have ended have shown of their queries, for later runs on the same ones. The oldest is lost where space ends. */
export interface MemoryStore {
  /** Keeps this instead of what was kept of the run before. */
  keep(memory: RunMemory): Promise<void>;
  /** Of runs on queries with this hash, or of all runs; the newest first. */
  list(queriesHash?: string): Promise<StoredMemory[]>;
  /** False if nothing was kept of the run. */
  forget(runId: string): Promise<boolean>;
}

export interface StoredMemory {
  /** Wall-clock time, from the server. */
  readonly keptAtMs: number;
  readonly memory: RunMemory;
}

/** What holds workers up, for people who wait. Nothing rests on it: a message that nobody hears is lost. */
export interface TroubleBoard {
  tell(trouble: Trouble): void;
  /** The run's troubles from now on, until the signal aborts. */
  follow(runId: string, signal: AbortSignal): AsyncIterable<Trouble>;
}

/** Which workers there are and what they are at, for people who wait. Nothing rests on it. */
export interface WorkerBoard {
  tell(report: WorkerReport): void;
  /** The reports of all workers from now on, until the signal aborts. */
  follow(signal: AbortSignal): AsyncIterable<WorkerReport>;
}
