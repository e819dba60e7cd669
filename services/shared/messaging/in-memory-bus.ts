import { createHash } from 'node:crypto';
import type { Trouble, WorkerReport } from '../contracts/generated/scale/v1/job.ts';
import { decodeJob } from '../contracts/job-codec.ts';
import { decodeRunMemory, encodeRunMemory } from '../contracts/memory-codec.ts';
import { decodeModelCall, decodeResult, encodeModelCall, encodeResult } from '../contracts/result-codec.ts';
import { decodeRunManifest, encodeRunManifest } from '../contracts/run-manifest-codec.ts';
import { decodeSpendingNote, encodeSpendingNote } from '../contracts/spending-codec.ts';
import { systemTiming, type Timing } from '../lifecycle/timing.ts';
import type {
  BlobStore,
  Bus,
  CallJournal,
  EventLog,
  LeaseStore,
  LogEntry,
  MemoryStore,
  ResultStore,
  RunRegistry,
  SpendingStore,
  TroubleBoard,
  WorkerBoard,
} from './bus.ts';
import { BlobMissingError, LogConflictError, LogLostError } from './errors.ts';
import { createInMemoryJobQueue, type InMemoryJobs, redeliverNow, wipeJobs } from './in-memory-job-queue.ts';
import { type Client, createWorld, requireOpen, type World } from './in-memory-world.ts';
import { blobsOfJob, blobsOfRun } from './references.ts';
import { lastToken, subjects, token } from './subjects-and-streams.ts';

export interface InMemoryServerSettings {
  readonly ackWaitMs?: number;
  readonly leaseTtlMs?: number;
  readonly timing?: Timing;
}

/** The bus without a server, for simulation and tests: the same contract, in one process, on any clock. */
export interface InMemoryServer {
  /** Another client of the same server. Closing it leaves the server as it is. */
  connect(): Bus;
  /** Delivers the run's jobs that are being worked on once more, as a lost acknowledgement would; returns how many. */
  redeliver(runId: string): number;
  /** Loses all that is stored, as a server does whose disk was wiped. */
  wipe(): void;
}

/** Messages by subject, each with its place in the one sequence. Bytes are kept, so no two clients share an object. */
interface Store {
  readonly jobs: InMemoryJobs;
  readonly results: Map<string, Stored>;
  readonly events: Map<string, LogEntry[]>;
  readonly calls: Map<string, Stored>;
  readonly spending: Map<string, Stored[]>;
  readonly blobs: Map<string, { readonly content: Uint8Array; readonly putAtMs: number }>;
  readonly manifests: Map<string, Stored>;
  readonly leases: Map<string, HeldLease>;
  readonly troubles: Trouble[];
  readonly reports: WorkerReport[];
  readonly memory: Map<string, Stored & { readonly timeMs: number }>;
}

interface Stored {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

interface HeldLease {
  readonly epoch: number;
  expiresAtMs: number;
}

export function createInMemoryServer(settings: InMemoryServerSettings = {}): InMemoryServer {
  const { ackWaitMs = 30_000, leaseTtlMs = 10_000, timing = systemTiming } = settings;
  const world = createWorld(timing);
  const store: Store = {
    jobs: { queue: new Map(), lanes: new Map() },
    results: new Map(),
    events: new Map(),
    calls: new Map(),
    spending: new Map(),
    blobs: new Map(),
    manifests: new Map(),
    leases: new Map(),
    troubles: [],
    reports: [],
    memory: new Map(),
  };
  return {
    connect() {
      const client: Client = { closed: false };
      return {
        jobs: createInMemoryJobQueue(world, store.jobs, client, ackWaitMs),
        results: createResultStore(world, store, client),
        log: createEventLog(world, store, client),
        journal: createCallJournal(world, store, client),
        spending: createSpendingStore(world, store, client),
        blobs: createBlobStore(world, store, client),
        runs: createRunRegistry(world, store, client),
        leases: createLeaseStore(world, store, client, leaseTtlMs),
        troubles: createTroubleBoard(world, store),
        workers: createWorkerBoard(world, store),
        memory: createMemoryStore(world, store, client),
        check: async () => requireOpen(client, 'check'),
        trouble: () => undefined,
        onRemade: world.onRemade,
        close: async () => {
          client.closed = true;
          world.ring();
        },
      };
    },
    redeliver: (runId) => redeliverNow(world, store.jobs, runId),
    wipe() {
      wipeJobs(store.jobs);
      for (const kept of [
        store.results,
        store.events,
        store.calls,
        store.spending,
        store.blobs,
        store.manifests,
        store.leases,
        store.memory,
      ])
        kept.clear();
      world.remake();
    },
  };
}

function createResultStore(world: World, store: Store, client: Client): ResultStore {
  return {
    async put(result) {
      const subject = subjects.result(result.runId, result.jobId);
      requireOpen(client, `publish ${subject}`);
      if (store.results.has(subject)) return 'already-stored';
      store.results.set(subject, { sequence: world.nextSequence(), bytes: encodeResult(result) });
      world.ring();
      return 'stored';
    },
    async get(runId, jobId) {
      const subject = subjects.result(runId, jobId);
      requireOpen(client, `read ${subject}`);
      const stored = store.results.get(subject);
      return stored && decodeResult(stored.bytes);
    },
    async jobIds(runId) {
      const prefix = subjects.result(runId, 'x').slice(0, -1);
      requireOpen(client, `list ${prefix}`);
      return new Set([...store.results.keys()].filter((subject) => subject.startsWith(prefix)).map(lastToken));
    },
    async *follow(runId, signal) {
      const prefix = subjects.result(runId, 'x').slice(0, -1);
      for await (const bytes of followStored(world, store.results, prefix, client, signal)) yield decodeResult(bytes);
    },
  };
}

function createEventLog(world: World, store: Store, client: Client): EventLog {
  const entriesOf = (subject: string): LogEntry[] => {
    const entries = store.events.get(subject) ?? [];
    store.events.set(subject, entries);
    return entries;
  };
  return {
    async append(runId, entry, expectedLast) {
      const subject = subjects.events(runId);
      const operation = `append to ${subject} after ${expectedLast}`;
      requireOpen(client, operation);
      const entries = entriesOf(subject);
      const last = entries.at(-1)?.sequence ?? 0;
      if (last < expectedLast) throw new LogLostError(operation);
      if (last !== expectedLast) throw new LogConflictError(operation);
      const sequence = world.nextSequence();
      entries.push({ sequence, timeMs: world.timing.wallMs(), entry: entry.slice() });
      world.ring();
      return sequence;
    },
    async *read(runId, { after, follow }, signal) {
      const subject = subjects.events(runId);
      const entries = entriesOf(subject);
      const end = follow ? Number.POSITIVE_INFINITY : entries.length;
      const incarnation = world.incarnation();
      for (let place = 0; place < end && !signal.aborted; ) {
        requireOpen(client, `follow ${subject}`);
        if (world.incarnation() !== incarnation) throw new LogLostError(`follow ${subject}`);
        const entry = entries[place];
        if (!entry) {
          await world.change(signal);
          continue;
        }
        place += 1;
        if (entry.sequence > after) yield { ...entry, entry: entry.entry.slice() };
      }
    },
  };
}

function createMemoryStore(world: World, { memory }: Store, client: Client): MemoryStore {
  return {
    async keep(kept) {
      const subject = subjects.memory(kept.queriesHash, kept.runId);
      requireOpen(client, `publish ${subject}`);
      memory.set(subject, { sequence: world.nextSequence(), timeMs: world.timing.wallMs(), bytes: encodeRunMemory(kept) });
    },
    async list(queriesHash) {
      requireOpen(client, 'list memory');
      const prefix = queriesHash === undefined ? '' : subjects.memory(queriesHash, 'x').slice(0, -1);
      return [...memory]
        .filter(([subject]) => subject.startsWith(prefix))
        .sort(([, a], [, b]) => b.sequence - a.sequence)
        .map(([, { timeMs, bytes }]) => ({ keptAtMs: timeMs, memory: decodeRunMemory(bytes) }));
    },
    async forget(runId) {
      const last = token(runId);
      requireOpen(client, `forget ${last}`);
      const found = [...memory.keys()].filter((subject) => lastToken(subject) === last);
      return found.map((subject) => memory.delete(subject)).length > 0;
    },
  };
}

function createTroubleBoard(world: World, { troubles }: Store): TroubleBoard {
  return {
    tell(trouble) {
      troubles.push(trouble);
      world.ring();
    },
    async *follow(runId, signal) {
      for await (const trouble of followTold(world, troubles, signal)) if (trouble.runId === runId) yield trouble;
    },
  };
}

function createWorkerBoard(world: World, { reports }: Store): WorkerBoard {
  return {
    tell(report) {
      reports.push(report);
      world.ring();
    },
    follow: (signal) => followTold(world, reports, signal),
  };
}

/** What is told from now on. */
async function* followTold<Message>(world: World, told: readonly Message[], signal: AbortSignal): AsyncGenerator<Message> {
  for (let place = told.length; !signal.aborted; ) {
    const message = told[place];
    if (message === undefined) {
      await world.change(signal);
      continue;
    }
    place += 1;
    yield message;
  }
}

function createCallJournal(world: World, store: Store, client: Client): CallJournal {
  return {
    async record(runId, jobId, call) {
      const subject = subjects.call(runId, jobId, call.callId);
      requireOpen(client, `publish ${subject}`);
      if (!store.calls.has(subject)) store.calls.set(subject, { sequence: world.nextSequence(), bytes: encodeModelCall(call) });
    },
    async read(runId, jobId) {
      const prefix = subjects.callsOfJob(runId, jobId).slice(0, -1);
      requireOpen(client, `read ${prefix}`);
      const calls = [...store.calls]
        .filter(([subject]) => subject.startsWith(prefix))
        .map(([, { bytes }]) => decodeModelCall(bytes));
      return new Map(calls.map((call) => [call.callId, call]));
    },
  };
}

function createSpendingStore(world: World, { spending }: Store, client: Client): SpendingStore {
  const notesOf = (subject: string): Stored[] => {
    const notes = spending.get(subject) ?? [];
    spending.set(subject, notes);
    return notes;
  };
  return {
    async note(note) {
      const subject = subjects.spending(note.runId);
      requireOpen(client, `publish ${subject}`);
      notesOf(subject).push({ sequence: world.nextSequence(), bytes: encodeSpendingNote(note) });
      world.ring();
    },
    async *read(runId, { after, follow }, signal) {
      const subject = subjects.spending(runId);
      const notes = notesOf(subject);
      const end = follow ? Number.POSITIVE_INFINITY : notes.length;
      for (let place = 0; place < end && !signal.aborted; ) {
        requireOpen(client, `follow ${subject}`);
        const stored = notes[place];
        if (!stored) {
          await world.change(signal);
          continue;
        }
        place += 1;
        if (stored.sequence > after) yield { sequence: stored.sequence, note: decodeSpendingNote(stored.bytes) };
      }
    },
  };
}

function createBlobStore(world: World, store: Store, client: Client): BlobStore {
  return {
    async put(content) {
      const name = createHash('sha256').update(content).digest('hex');
      requireOpen(client, `put blob ${name}`);
      store.blobs.set(name, { content: content.slice(), putAtMs: world.timing.monotonicMs() });
      return name;
    },
    async get(name) {
      requireOpen(client, `get blob ${name}`);
      const blob = store.blobs.get(name);
      if (!blob) throw new BlobMissingError(name);
      return blob.content.slice();
    },
    async collect({ unusedForMs }) {
      requireOpen(client, 'collect blobs');
      // Whatever else there is carries its body in itself here.
      const runs = [...store.manifests.values()].flatMap(({ bytes }) => blobsOfRun(decodeRunManifest(bytes)));
      const jobs = [...store.jobs.queue.values()].flatMap(({ bytes }) => blobsOfJob(decodeJob(bytes)));
      const used = new Set([...runs, ...jobs]);
      const latest = world.timing.monotonicMs() - unusedForMs;
      const unused = [...store.blobs].filter(([name, { putAtMs }]) => putAtMs < latest && !used.has(name));
      for (const [name] of unused) store.blobs.delete(name);
      return { removed: unused.length, kept: store.blobs.size };
    },
  };
}

function createRunRegistry(world: World, store: Store, client: Client): RunRegistry {
  return {
    async put(manifest) {
      const key = token(manifest.runId);
      requireOpen(client, `put manifest of ${key}`);
      store.manifests.set(key, { sequence: world.nextSequence(), bytes: encodeRunManifest(manifest) });
      world.ring();
    },
    async update(runId, change) {
      const key = token(runId);
      requireOpen(client, `update manifest of ${key}`);
      const stored = store.manifests.get(key);
      if (!stored) return undefined;
      const known = decodeRunManifest(stored.bytes);
      const manifest = change(known);
      if (manifest === known) return known;
      store.manifests.set(key, { sequence: world.nextSequence(), bytes: encodeRunManifest(manifest) });
      world.ring();
      return manifest;
    },
    async get(runId) {
      const key = token(runId);
      requireOpen(client, `get manifest of ${key}`);
      const stored = store.manifests.get(key);
      return stored && decodeRunManifest(stored.bytes);
    },
    async list() {
      requireOpen(client, 'list manifests');
      return [...store.manifests].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { bytes }]) => decodeRunManifest(bytes));
    },
    async *watch(signal) {
      for await (const bytes of followStored(world, store.manifests, '', client, signal)) yield decodeRunManifest(bytes);
    },
  };
}

function createLeaseStore(world: World, { leases }: Store, client: Client, ttlMs: number): LeaseStore {
  const { timing } = world;
  return {
    async acquire(name) {
      const key = token(name);
      requireOpen(client, `acquire lease ${key}`);
      const holding = leases.get(key);
      if (holding && holding.expiresAtMs > timing.monotonicMs()) return undefined;
      const held: HeldLease = { epoch: world.nextSequence(), expiresAtMs: timing.monotonicMs() + ttlMs };
      leases.set(key, held);
      const isHeld = () => leases.get(key) === held && held.expiresAtMs > timing.monotonicMs();
      return {
        epoch: held.epoch,
        ttlMs,
        async renew() {
          if (client.closed || !isHeld()) return false;
          held.expiresAtMs = timing.monotonicMs() + ttlMs;
          return true;
        },
        async release() {
          if (isHeld()) leases.delete(key);
        },
      };
    },
  };
}

/** What is stored under the prefix, in the order in which it was stored, then what comes. */
async function* followStored(
  world: World,
  stored: ReadonlyMap<string, Stored>,
  prefix: string,
  client: Client,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let last = 0;
  let incarnation = world.incarnation();
  while (!signal.aborted) {
    requireOpen(client, `follow ${prefix}`);
    if (world.incarnation() !== incarnation) last = 0;
    incarnation = world.incarnation();
    const newer = [...stored]
      .filter(([subject, { sequence }]) => subject.startsWith(prefix) && sequence > last)
      .map(([, message]) => message)
      .sort((a, b) => a.sequence - b.sequence);
    if (newer.length === 0) await world.change(signal);
    for (const { sequence, bytes } of newer) {
      if (signal.aborted || world.incarnation() !== incarnation) break;
      last = sequence;
      yield bytes;
    }
  }
}
