import type { AuditEntry, RunManifest } from '../contracts/generated/scale/v1/control.ts';
import type { Job, JobStart, Trouble, WorkerReport } from '../contracts/generated/scale/v1/job.ts';
import type { ModelCall, Result } from '../contracts/generated/scale/v1/result.ts';
import type { SpendingNote } from '../contracts/generated/scale/v1/spending.ts';
import type { EventLog, SweepLogs } from './event-log.ts';
import type { MemoryStore } from './memory-store.ts';
import type { ResponseStore } from './response-store.ts';
import type { BudgetTableStore, SlotTableStore } from './table-store.ts';
import type { Talks } from './talks.ts';

/**
 * What the services ask of the bus, and all that they know about it. Two adapters pass one contract suite
 * (test/contract/bus.contract.ts): NatsBus on JetStream, and InMemoryBus for simulation.
 *
 * In: durable queues with redelivery, a first-writer-wins result store, fenced append-only logs, a journal, blobs, run
 * manifests, leases, tables of slots and budgets. Deliberately not: ordering between jobs, exactly-once delivery (acks are
 * not fenced by delivery: the result store is what makes effects happen once).
 *
 * Every method rejects with a BusError after its own deadline; none waits for ever. Iterators end when their signal aborts.
 */
export interface Bus {
  readonly jobs: JobQueue;
  readonly results: ResultStore;
  readonly log: EventLog;
  /** The logs of sweeps, by their ids. */
  readonly sweeps: SweepLogs;
  readonly journal: CallJournal;
  readonly spending: SpendingStore;
  readonly blobs: BlobStore;
  readonly runs: RunRegistry;
  readonly leases: LeaseStore;
  readonly slots: SlotTableStore;
  readonly budgets: BudgetTableStore;
  readonly troubles: TroubleBoard;
  readonly workers: WorkerBoard;
  readonly talks: Talks;
  readonly deadLetters: DeadLetterStore;
  readonly audit: AuditStore;
  readonly memory: MemoryStore;
  readonly responses: ResponseStore;
  /**
   * Deletes all that is kept of a run, its manifest last, so that what was broken off can be done again. Whoever calls it holds
   * the run's lease. Blobs that nothing refers to any more go with the collector.
   * @throws BusError where the store was made to keep its logs for ever
   */
  removeRun(runId: string): Promise<void>;
  /**
   * Resolves if the server answers, the streams exist, it has refused nothing lately, and nothing has kept failing for long; for
   * /readyz.
   */
  check(signal: AbortSignal): Promise<void>;
  /** What has kept failing for the longest time, undefined for nothing: for people who wait. */
  trouble(): BusTrouble | undefined;
  /** How the connection to the server is, and has been. */
  link(): BusLink;
  /**
   * The wall clock of the server that keeps the store, in ms since 1970: the same for all services, whatever the clocks of their
   * machines say. For what they must agree on, such as when a day begins.
   */
  now(): Promise<number>;
  /** How full the streams are that exist; none where there are no limits. */
  fill(): Promise<readonly StreamFill[]>;
  /** What this service must do and is not allowed, in a sentence; undefined where it is allowed all. */
  forbidden(): string | undefined;
  /**
   * Calls back when the store, or a part of it, was recreated, and what it held is lost. By then the streams exist again, and are
   * empty. What it returns unsubscribes.
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

export interface BusLink {
  readonly isUp: boolean;
  /** Since this process connected first. */
  readonly reconnects: number;
  /** Of the NATS server, "" where there is none. */
  readonly serverVersion: string;
}

export interface StreamFill {
  readonly stream: string;
  readonly messages: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** A full one refuses what is new, and its writers wait; others lose their oldest messages. */
  readonly refusesWhenFull: boolean;
  /** Its settings that are not as this service would make them. */
  readonly differs: readonly string[];
}

export type JobKind = 'execute' | 'predict' | 'propose';

export interface JobQueue {
  /**
   * A job that is already queued is left alone: its id is its identity. One that is called new (`newUnder`) is not tried again: a
   * first try that is still on its way would make the second one a lie. The trace that is under way travels with it.
   */
  publish(job: Job): Promise<'queued' | 'already-queued'>;
  /** Creates or updates the one consumer of a run's jobs of a kind. maxInFlight is a cap over all workers. */
  openLane(kind: JobKind, runId: string, settings: { readonly maxInFlight: number }): Promise<void>;
  /** Deletes a run's queued jobs and its lanes. Jobs in progress go too; their late results are harmless. */
  closeLanes(runId: string): Promise<void>;
  /**
   * Up to `max` jobs: ask for exactly as many as there are free slots, since a delivered job uses up its ack time even in a
   * buffer. Waits up to `waitMs` for the first; [] when none came or the lane does not exist. Each is told to `arrived` as soon
   * as it is there, which is some milliseconds before it is known that no more follow.
   */
  pull(
    kind: JobKind,
    runId: string,
    settings: { readonly max: number; readonly waitMs: number; arrived?(delivery: Delivery): void },
    signal: AbortSignal,
  ): Promise<Delivery[]>;
  /** Ids of the run's jobs that are queued or in progress. */
  outstanding(runId: string): Promise<Set<string>>;
  /** How many jobs of a lane there are. It costs the same however many, unlike their ids. */
  count(kind: JobKind, runId: string): Promise<JobCount>;
  /** When the oldest of the run's jobs that nobody was ever handed was queued; a kind without such a job is left out. */
  waitingSince(runId: string): Promise<ReadonlyMap<JobKind, number>>;
  /** The lanes of a run that somebody has paused at the server, which hands out nothing of them; how many ms that lasts still. */
  pausedLanes(runId: string): Promise<ReadonlyMap<JobKind, number>>;
  /**
   * Closes the lanes of a run that hold jobs but deliver them to no one, since the server has lost its place in the queue, or the
   * lane. Their jobs stay, and are delivered once the lanes are opened again. Takes a second where a lane looks like that;
   * returns how many must be opened again.
   */
  closeStuckLanes(runId: string): Promise<number>;
}

export interface JobCount {
  /** Never given to a worker, or given to none since the lane was opened. */
  readonly queued: number;
  /** Given to a worker, and neither finished nor given up: also those that wait to be delivered again. */
  readonly inProgress: number;
}

/** A job, handed to a worker once. */
export interface Delivery {
  readonly job: Job;
  /** From 1. */
  readonly deliveryCount: number;
  /** Surely no one was given this message before. False where that is unknown: a killed server may count from 1 again. */
  readonly isFirst: boolean;
  /** The trace that the job was published under; absent where there was none. */
  readonly traceparent?: string;
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
  /** The first result of a job wins; later ones change nothing. */
  put(result: Result): Promise<'stored' | 'already-stored'>;
  get(runId: string, jobId: string): Promise<Result | undefined>;
  /** The same with the time at which the store took it, by the store's clock. */
  getTimed(runId: string, jobId: string): Promise<TimedResult | undefined>;
  /** Ids of the run's jobs that have a result. */
  jobIds(runId: string): Promise<Set<string>>;
  /**
   * The run's results after a sequence, from the first on by default, then new ones as they arrive, until the signal aborts.
   * Starts over when the store is recreated, and with the first result where the store has not come as far as the sequence.
   */
  follow(runId: string, signal: AbortSignal, after?: number): AsyncIterable<FollowedResult>;
}

export interface TimedResult {
  readonly result: Result;
  /** Wall-clock milliseconds. */
  readonly storedAtMs: number;
}

export interface FollowedResult extends Result {
  /** Increases along a run's results, not always by one. */
  readonly sequence: number;
  /** The trace that the result was put under; absent where there was none. */
  readonly traceparent?: string;
}

/** Finished model calls of unfinished jobs, so that a redelivered job does not pay again. */
export interface CallJournal {
  /** At least one call. One that is recorded again takes the place of the earlier one. */
  record(runId: string, jobId: string, calls: readonly ModelCall[]): Promise<void>;
  /** By call id. */
  read(runId: string, jobId: string): Promise<Map<string, ModelCall>>;
  /** Notes that a delivery of a job was begun, or given back, which replaces the note that it was begun. */
  noteStart(runId: string, jobId: string, start: JobStart): Promise<void>;
  /** In the order of the deliveries. */
  starts(runId: string, jobId: string): Promise<readonly JobStart[]>;
}

/** Jobs that nobody will do as they are, kept for people to look at. The newest letter of a job counts. */
export interface DeadLetterStore {
  /** A job that was given up. @param message one sentence: why */
  keep(job: Job, message: string): Promise<void>;
  /** The oldest first. */
  list(): Promise<readonly DeadLetter[]>;
  /** @returns whether there was one */
  remove(letter: Pick<DeadLetter, 'kind' | 'runId' | 'jobId'>): Promise<boolean>;
}

/** `unreadable`: no worker of this version can read it. `poison`: it has ended each worker that began it. */
export type DeadLetterReason = 'unreadable' | 'poison';

/** Who has changed what. Nobody may take an entry back; the oldest go after a year, or for want of room. */
export interface AuditStore {
  append(entry: AuditEntry): Promise<void>;
  /** In their order. @param target only those of this run or sweep; "" for all */
  read(target: string, signal: AbortSignal): AsyncIterable<AuditEntry>;
}

export interface DeadLetter {
  readonly kind: JobKind;
  readonly runId: string;
  readonly jobId: string;
  readonly reason: DeadLetterReason;
  readonly message: string;
  readonly atMs: number;
  /** As it was queued. */
  readonly body: Uint8Array;
}

/** Notes on what calls have used, kept beside the log. The oldest are lost where space runs out. */
export interface SpendingStore {
  /** Resolves when the note is stored. */
  note(note: SpendingNote): Promise<void>;
  /** Notes of a run after a sequence, up to the last one now, or, with follow, on until the signal aborts. */
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
   * memory refers to, and the remains of puts that broke off. A blob that is put again at the same time stays. The time must be
   * far longer than the gap between the put of a blob and the message that refers to it, and longer than 40 minutes.
   */
  collect(settings: { readonly unusedForMs: number }, signal: AbortSignal): Promise<CollectedBlobs>;
}

export interface CollectedBlobs {
  readonly removed: number;
  readonly kept: number;
}

export interface RunRegistry {
  put(manifest: RunManifest): Promise<void>;
  /** Where there is no such run yet. @returns whether it is there now as it was given */
  add(manifest: RunManifest): Promise<boolean>;
  /**
   * Changes the current manifest, whoever else changes it at the same time: `change` is called again if another writer came
   * first, so it must be a function of its argument alone. What it returns unchanged is not written. Undefined if there is no
   * such run.
   */
  update(runId: string, change: (manifest: RunManifest) => RunManifest): Promise<RunManifest | undefined>;
  get(runId: string): Promise<RunManifest | undefined>;
  list(): Promise<RunManifest[]>;
  /** Every manifest, then each change, until the signal aborts. Starts over when the store is recreated. */
  watch(signal: AbortSignal): AsyncIterable<RunManifest>;
}

export interface LeaseStore {
  /** Undefined if someone else holds it. */
  acquire(name: string, holder: string): Promise<Lease | undefined>;
  /** The id of the lease that is held now; undefined if no one holds it. */
  holding(name: string): Promise<string | undefined>;
}

export interface Lease {
  /** Increases with each holder: the epoch that fences off what a deposed holder still sends. */
  readonly epoch: number;
  /** No other holding has it, not even in a store that was recreated. */
  readonly id: string;
  /** Must be called every ttlMs / 3. False: the lease is lost, stop writing. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
  readonly ttlMs: number;
}

/** What holds workers up, for people who wait. Nothing depends on it: a message that no one hears is lost. */
export interface TroubleBoard {
  tell(trouble: Trouble): void;
  /** The run's troubles from now on, until the signal aborts. */
  follow(runId: string, signal: AbortSignal): AsyncIterable<Trouble>;
}

/** Which workers there are and what they are doing, for people who wait. Nothing depends on it. */
export interface WorkerBoard {
  tell(report: WorkerReport): void;
  /** The reports of all workers from now on, until the signal aborts. */
  follow(signal: AbortSignal): AsyncIterable<WorkerReport>;
}
