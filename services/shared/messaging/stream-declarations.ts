import { DiscardPolicy, RetentionPolicy, StorageType, type StreamConfig } from '@nats-io/jetstream';
import { nanos } from 'nats';
import { defined } from '../../domain/defined.ts';
import { buckets, type StreamName, streams, subjects } from './subjects-and-streams.ts';

/** What each stream keeps, how long, and with which share of the storage. */

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
