import type { RunEvent } from '../../domain/run/event.ts';
import type { RunManifest } from '../contracts/generated/scale/v1/control.ts';
import { pricesFromProto } from '../contracts/prices-codec.ts';
import { spentFromProto } from '../contracts/spending-codec.ts';
import { watchReliably } from '../control-client/watch-reliably.ts';
import type { RunRecord } from './run-record.ts';
import type { RunSource } from './run-source.ts';

/** Reads a run's log up to its current end. */
export async function readRun(
  { client }: RunSource,
  record: RunRecord,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<RunRecord> {
  const { runId } = record;
  const place = { afterSequence: record.lastSequence(), afterDigest: record.lastDigest() };
  for await (const update of watchReliably(client, { runId, ...place, follow: false, patienceMs: 10_000 }, signal)) {
    if (update.kind === 'restarted') record.restart();
    if (update.kind === 'event') onEvent(record.add(update.logged));
  }
  signal.throwIfAborted();
  await readBeside({ client }, record, signal);
  return record;
}

/** What the coordinator knows besides the log. @returns the run's manifest */
export async function readBeside(
  { client }: RunSource,
  record: RunRecord,
  signal: AbortSignal,
): Promise<RunManifest | undefined> {
  const { summary, manifest } = await client.getRun(record.runId, signal);
  record.noteSpent(summary?.spent && spentFromProto(summary.spent));
  record.notePrices(manifest?.prices && pricesFromProto(manifest.prices));
  return manifest;
}
