import { hash } from 'node:crypto';
import { AckPolicy, type ConsumerConfig } from '@nats-io/jetstream';
import { nanos } from 'nats';
import type { JobKind } from './bus.ts';
import { InvalidRequestError } from './errors.ts';

/** Every stream, subject, consumer and bucket of SCALE. No file but stream-declarations.ts, beside it, spells one out. */

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
