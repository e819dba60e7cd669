import { hash } from 'node:crypto';
import {
  AckPolicy,
  type ConsumerConfig,
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from 'nats';
import { defined } from '../../domain/defined.ts';
import type { JobKind } from './bus.ts';
import { InvalidRequestError } from './errors.ts';

/** Every stream, subject, consumer and bucket of SCALE. No other file spells one out. */

export const streams = {
  jobs: 'JOBS',
  results: 'RESULTS',
  events: 'EVENTS',
  sweeps: 'SWEEPS',
  journal: 'JOURNAL',
  spending: 'SPENDING',
  memory: 'MEMORY',
  responses: 'RESPONSES',
  dead: 'DEAD',
  audit: 'AUDIT',
  runs: 'KV_runs',
  leases: 'KV_leases',
  slots: 'KV_slots',
  budgets: 'KV_budgets',
  blobs: 'OBJ_blobs',
} as const;

/** Who has begun a talk, and who was asked. */
export type TalkSide = 'asker' | 'asked';

export type StreamName = (typeof streams)[keyof typeof streams];

export const buckets = { runs: 'runs', leases: 'leases', slots: 'slots', budgets: 'budgets', blobs: 'blobs' } as const;

const blobMetaPrefix = `$O.${buckets.blobs}.M.`;
const blobChunkPrefix = `$O.${buckets.blobs}.C.`;

export const jobKinds: readonly JobKind[] = ['execute', 'predict', 'propose'];

export const subjects = {
  job: (kind: JobKind, runId: string, jobId: string) => `jobs.v1.${kind}.${token(runId)}.${token(jobId)}`,
  lane: (kind: JobKind, runId: string) => `jobs.v1.${kind}.${token(runId)}.>`,
  allJobs: 'jobs.v1.>',
  jobsOfKind: (kind: JobKind) => `jobs.v1.${kind}.>`,
  jobsOfRun: (runId: string) => `jobs.v1.*.${token(runId)}.>`,
  result: (runId: string, jobId: string) => `results.v1.${token(runId)}.${token(jobId)}`,
  resultsOfRun: (runId: string) => `results.v1.${token(runId)}.>`,
  events: (runId: string) => `events.v1.${token(runId)}`,
  sweep: (sweepId: string) => `sweeps.v1.${token(sweepId)}`,
  allSweeps: 'sweeps.v1.*',
  /** Call ids hold characters that subjects forbid, and grow with the depth of a workflow: their hash stands for them. */
  call: (runId: string, jobId: string, callId: string) => `journal.v1.${token(runId)}.${token(jobId)}.${hashOfIds([callId])}`,
  /** Several that are recorded together, beside the others: the same ones recorded again take their place. */
  calls: (runId: string, jobId: string, callIds: readonly string[]) =>
    `journal.v1.${token(runId)}.${token(jobId)}.calls-${hashOfIds(callIds)}`,
  /** Beside the calls: no hash looks like it. */
  start: (runId: string, jobId: string, delivery: number) => `journal.v1.${token(runId)}.${token(jobId)}.start-${delivery}`,
  callsOfRun: (runId: string) => `journal.v1.${token(runId)}.>`,
  callsOfJob: (runId: string, jobId: string) => `journal.v1.${token(runId)}.${token(jobId)}.>`,
  spending: (runId: string) => `spending.v1.${token(runId)}`,
  memory: (queriesHash: string, runId: string) => `memory.v1.${token(queriesHash)}.${token(runId)}`,
  memoryOfQueries: (queriesHash: string) => `memory.v1.${token(queriesHash)}.*`,
  memoryOfRun: (runId: string) => `memory.v1.*.${token(runId)}`,
  allMemory: 'memory.v1.>',
  /** A reply of the response cache, or its beginning. */
  response: (key: string) => `responses.v1.reply.${token(key)}`,
  /** What follows, from 1. */
  responsePart: (key: string, part: number) => `responses.v1.part.${token(key)}.${part}`,
  allResponseParts: 'responses.v1.part.>',
  /** Messages that could not be read, kept under the subject on which they came. */
  dead: (subject: string) => `dead.v1.${subject}`,
  deadOfRun: (runId: string) => `dead.v1.jobs.v1.*.${token(runId)}.>`,
  allDead: 'dead.v1.>',
  /** @param target of a run or a sweep, or "" */
  audit: (target: string) => `audit.v1.${target === '' ? 'cluster' : `of.${token(target)}`}`,
  allAudit: 'audit.v1.>',
  /** The layout of NATS object stores: names in base64url. */
  blobMeta: (name: string) =>
    `${blobMetaPrefix}${Buffer.from(name).toString('base64').replaceAll('+', '-').replaceAll('/', '_')}`,
  blobChunks: (nuid: string) => `${blobChunkPrefix}${nuid}`,
  allBlobs: `$O.${buckets.blobs}.>`,
  /** In no stream: heard by whoever is listening. */
  trouble: (runId: string) => `trouble.v1.${token(runId)}`,
  allTroubles: 'trouble.v1.*',
  /** In no stream either: each worker's report, every few seconds. */
  workers: 'workers.v1',
  /** In no stream: begins a talk with one of those who listen. */
  talkOffer: (topic: string) => `talks.v1.offer.${token(topic)}`,
  /** In no stream: one side of a talk hears the other there. @param client of NATS; "*" for any */
  talkSide: (side: TalkSide, client: string, talk: string) => `talks.v1.${side}.${client}.${talk}`,
  runManifest: (runId: string) => `$KV.${buckets.runs}.${token(runId)}`,
  runManifests: `$KV.${buckets.runs}.>`,
  lease: (name: string) => `$KV.${buckets.leases}.${token(name)}`,
  slotTables: `$KV.${buckets.slots}.>`,
  budgetTables: `$KV.${buckets.budgets}.>`,
} as const;

/** The name of a blob, or the id of some chunks, that a subject of the object store holds. */
export function readBlobSubject(subject: string): { readonly name: string } | { readonly nuid: string } | undefined {
  if (subject.startsWith(blobMetaPrefix)) {
    return { name: Buffer.from(subject.slice(blobMetaPrefix.length), 'base64url').toString() };
  }
  return subject.startsWith(blobChunkPrefix) ? { nuid: subject.slice(blobChunkPrefix.length) } : undefined;
}

/** The last token of a subject, e.g. the job id of a job's. */
export function lastToken(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}

/** Whether there can be anything with this id. */
export function isToken(id: string): boolean {
  return /^[\w-]{1,128}$/.test(id);
}

function hashOfIds(callIds: readonly string[]): string {
  return hash('sha256', callIds.join('\n')).slice(0, 32);
}

/** @throws InvalidRequestError for an id that would change the subject's meaning */
export function token(id: string): string {
  if (isToken(id)) return id;
  throw new InvalidRequestError(
    `use the id ${JSON.stringify(id)}`,
    'ids have 1 to 128 letters, digits, hyphens and underscores, since they become parts of subjects',
  );
}

/** Names of tables hold characters that keys forbid, such as those of addresses: their hash stands for them. */
export function tableKey(name: string): string {
  return hash('sha256', name).slice(0, 32);
}

export interface StreamLimits {
  /** Copies of each stream: 1 on a single server, 3 in production. Default: what a stream has, 1 for a new one. */
  readonly replicas?: number;
  /** How long a lease holds without renewal. Default: what the bucket has, 10 s for a new one. */
  readonly leaseTtlMs?: number;
  /** Bytes of all streams together, shared out among them. Default: what a stream has, 4 GiB for new ones. */
  readonly storageBytes?: number;
  /** Bytes of the response cache, instead of its share of these. */
  readonly cacheBytes?: number;
  /** How long the response cache keeps a reply. Default: what it has, 30 days for a new one. */
  readonly cacheMaxAgeMs?: number;
}

/**
 * How a stream must be set up; where a limit was not given, an existing stream keeps its own and a new one takes it from
 * `whenNew`.
 */
export interface StreamDeclaration {
  readonly config: Partial<StreamConfig> & Pick<StreamConfig, 'name'>;
  readonly whenNew: Partial<StreamConfig>;
}

const dayMs = 86_400_000;
const defaultLimits = { replicas: 1, leaseTtlMs: 10_000, storageBytes: 4 * 1024 ** 3, cacheMaxAgeMs: 30 * dayMs };
const duplicateWindowMs = 120_000;

interface Shape {
  readonly name: StreamName;
  readonly subjects: string[];
  /** Share of the storage. A full stream refuses clearly; a full disk makes the server unusable. */
  readonly share: number;
  readonly more: Partial<StreamConfig>;
}

/** One message per subject, and the first one stays: publishing again is refused, so ids in subjects make effects happen once. */
const firstWins: Partial<StreamConfig> = { max_msgs_per_subject: 1, discard: DiscardPolicy.New, discard_new_per_subject: true };
/** What is written stays, even for an administrator of the server: nothing of ours deletes there. */
const kept: Partial<StreamConfig> = { deny_delete: true, deny_purge: true };
/**
 * No message goes alone; a run goes as a whole, by a purge of its subjects. Streams of earlier versions deny purges too, and
 * nats-server lets nobody take that back.
 */
const keptByRun: Partial<StreamConfig> = { deny_delete: true };
const keyValue: Partial<StreamConfig> = { max_msgs_per_subject: 1, discard: DiscardPolicy.New, allow_rollup_hdrs: true };

const shapes: readonly Shape[] = [
  { name: streams.jobs, subjects: ['jobs.v1.>'], share: 0.04, more: { ...firstWins, retention: RetentionPolicy.Workqueue } },
  {
    name: streams.results,
    subjects: ['results.v1.>'],
    share: 0.332,
    more: { ...firstWins, ...keptByRun, max_age: nanos(14 * dayMs) },
  },
  { name: streams.events, subjects: ['events.v1.*'], share: 0.14, more: { ...keptByRun, discard: DiscardPolicy.New } },
  { name: streams.sweeps, subjects: [subjects.allSweeps], share: 0.004, more: { ...kept, discard: DiscardPolicy.New } },
  // Losing old calls costs tokens, but refusing new ones would stop the work: so this stream forgets instead of refusing.
  {
    name: streams.journal,
    subjects: ['journal.v1.>'],
    share: 0.14,
    more: { max_msgs_per_subject: 1, discard: DiscardPolicy.Old, max_age: nanos(3 * dayMs) },
  },
  // An account that keeps counting but has lost its oldest lines is better than a run that stops.
  {
    name: streams.spending,
    subjects: ['spending.v1.*'],
    share: 0.02,
    more: { ...keptByRun, discard: DiscardPolicy.Old, max_age: nanos(14 * dayMs) },
  },
  // Memory makes searches better, and none fails without it: the oldest goes.
  {
    name: streams.memory,
    subjects: ['memory.v1.>'],
    share: 0.008,
    more: { max_msgs_per_subject: 1, discard: DiscardPolicy.Old },
  },
  // A reply that was forgotten is asked for again.
  {
    name: streams.responses,
    subjects: ['responses.v1.>'],
    share: 0.06,
    more: { max_msgs_per_subject: 1, discard: DiscardPolicy.Old },
  },
  { name: streams.dead, subjects: ['dead.v1.>'], share: 0.01, more: { discard: DiscardPolicy.Old, max_age: nanos(30 * dayMs) } },
  // Who did what stays, for a year, or until there is no room: an account that refused entries would stop the work.
  {
    name: streams.audit,
    subjects: [subjects.allAudit],
    share: 0.004,
    more: { ...kept, discard: DiscardPolicy.Old, max_age: nanos(365 * dayMs) },
  },
  { name: streams.runs, subjects: [subjects.runManifests], share: 0.02, more: keyValue },
  { name: streams.leases, subjects: [`$KV.${buckets.leases}.>`], share: 0.0005, more: keyValue },
  // A table that is in use is written every few seconds.
  {
    name: streams.slots,
    subjects: [subjects.slotTables],
    share: 0.0005,
    more: { ...keyValue, discard: DiscardPolicy.Old, max_age: nanos(2 * dayMs) },
  },
  // Where the oldest has gone, a coordinator that still leads its run writes it again from the notes of its calls.
  { name: streams.budgets, subjects: [subjects.budgetTables], share: 0.0005, more: { ...keyValue, discard: DiscardPolicy.Old } },
  {
    name: streams.blobs,
    subjects: [`$O.${buckets.blobs}.C.>`, `$O.${buckets.blobs}.M.>`],
    share: 0.22,
    more: { discard: DiscardPolicy.New, allow_rollup_hdrs: true },
  },
];

/** Patterns of the subjects that a stream keeps. */
export function allSubjects(stream: StreamName): readonly string[] {
  return shapes.find(({ name }) => name === stream)?.subjects ?? [];
}

export function streamDeclarations(limits: StreamLimits): StreamDeclaration[] {
  return shapes.map((shape) => ({
    config: {
      name: shape.name,
      subjects: shape.subjects,
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      allow_direct: true,
      ...shape.more,
      ...limitsOf(shape, limits),
    },
    whenNew: limitsOf(shape, defaultLimits),
  }));
}

function limitsOf(shape: Shape, limits: StreamLimits): Partial<StreamConfig> {
  const { replicas, leaseTtlMs, storageBytes, cacheBytes, cacheMaxAgeMs } = limits;
  const isLeases = shape.name === streams.leases;
  const isCache = shape.name === streams.responses;
  return {
    ...defined({ num_replicas: replicas }),
    ...(storageBytes !== undefined && { max_bytes: Math.floor(storageBytes * shape.share) }),
    ...(isCache && cacheBytes !== undefined && { max_bytes: cacheBytes }),
    ...(isCache && cacheMaxAgeMs !== undefined && { max_age: nanos(cacheMaxAgeMs) }),
    ...(isLeases && leaseTtlMs !== undefined && { max_age: nanos(leaseTtlMs) }),
    ...windowOf(isLeases ? leaseTtlMs : isCache ? cacheMaxAgeMs : duplicateWindowMs),
  };
}

/** The window may not be longer than the messages live. */
function windowOf(lifeMs: number | undefined): Partial<StreamConfig> {
  return lifeMs === undefined ? {} : { duplicate_window: nanos(Math.min(lifeMs, duplicateWindowMs)) };
}

/** One consumer per lane: a work queue allows no second one whose filter overlaps. */
export function laneName(kind: JobKind, runId: string): string {
  return `${kind}-${token(runId)}`;
}

/**
 * Deliveries are not limited (max_deliver): a job at such a limit stays in the stream for ever, visible to no one. Whether a
 * job kills its workers is decided by the workers, which then store a failure and terminate it.
 */
export function laneConsumer(kind: JobKind, runId: string, maxInFlight: number, ackWaitMs: number): Partial<ConsumerConfig> {
  return {
    durable_name: laneName(kind, runId),
    filter_subject: subjects.lane(kind, runId),
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(ackWaitMs),
    max_ack_pending: maxInFlight,
    max_deliver: -1,
  };
}
