import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from 'nats';
import type { RunLimits } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { callAttemptFromProto } from '../../../services/shared/contracts/spending-codec.ts';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { lastToken, streams, subjects } from '../../../services/shared/messaging/subjects-and-streams.ts';
import type { ServedCall } from '../../../services/simulator/access-log.ts';
import type { RunEvidence } from './cluster-checker.ts';

export interface EvidenceSource {
  /** Past all adapters: it shows when the server has stored what. */
  readonly connection: NatsConnection;
  readonly bus: Bus;
  /** Calls that the model's server has seen, of any run. */
  readonly served: readonly ServedCall[];
}

const never = new AbortController().signal;

/** All that is kept of a run that has ended. */
export async function evidenceOf({ connection, bus, served }: EvidenceSource, runId: string): Promise<RunEvidence> {
  const manifest = await bus.runs.get(runId);
  const entries: Uint8Array[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) entries.push(entry);
  const attempts: RunEvidence['attempts'][number][] = [];
  for await (const { note } of bus.spending.read(runId, { after: 0, follow: false }, never)) {
    attempts.push(...note.attempts.map(callAttemptFromProto));
  }
  const ids = new Set(attempts.map(({ attemptId }) => attemptId));
  const own = served.filter(({ attemptId }) => ids.has(attemptId));
  const results = await messagesOn(connection, streams.results, subjects.resultsOfRun(runId));
  const journaled = await messagesOn(connection, streams.journal, subjects.callsOfJob(runId, 'job').replace('.job.>', '.>'));
  const dead = await messagesOn(connection, streams.dead, subjects.dead(subjects.jobsOfRun(runId)));
  const { snapshotBlob } = manifest ?? {};
  return {
    ...{ runId, manifest, entries, attempts, served: own },
    results: results.map(({ subject, atMs }) => ({ jobId: lastToken(subject), atMs })),
    journaled: journaled.map(({ subject, atMs }) => ({
      jobId: subject.split('.').at(-2) ?? '',
      callKey: lastToken(subject),
      atMs,
    })),
    snapshot: snapshotBlob === undefined ? undefined : await bus.blobs.get(snapshotBlob),
    queued: [...(await bus.jobs.outstanding(runId))],
    dead: dead.map(({ subject }) => subject),
    limits: limitsOf(manifest?.limits),
    mostInFlight: mostAtOnce(own),
  };
}

function limitsOf(limits: RunLimits | undefined): RunEvidence['limits'] {
  if (limits === undefined) return undefined;
  const { tokens, calls } = limits;
  return { ...(tokens > 0 && { tokens }), ...(calls > 0 && { calls }) };
}

interface Message {
  readonly subject: string;
  /** When the server stored it, in milliseconds since 1970. */
  readonly atMs: number;
}

/** The messages of a stream on these subjects, each that is stored. */
async function messagesOn(connection: NatsConnection, stream: string, filter: string): Promise<Message[]> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(stream, { subjects_filter: filter });
  const expected = Object.values(state.subjects ?? {}).reduce((sum, count) => sum + count, 0);
  if (expected === 0) return [];
  const consumer = await jetstream(connection).consumers.get(stream, { filter_subjects: filter });
  const messages: Message[] = [];
  const read = await consumer.consume({ max_messages: 1_000 });
  for await (const { subject, info } of read) {
    messages.push({ subject, atMs: info.timestampNanos / 1e6 });
    if (info.pending === 0) break;
  }
  return messages;
}

function mostAtOnce(calls: readonly ServedCall[]): number {
  const changes = calls
    .flatMap(({ beganMs, endedMs }) => [
      { atMs: beganMs, by: 1 },
      { atMs: endedMs, by: -1 },
    ])
    .sort((one, other) => one.atMs - other.atMs || one.by - other.by);
  let [now, most] = [0, 0];
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
