import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { encodeEvent } from '../../shared/contracts/event-codec.ts';
import type { RunRecord } from './run-record.ts';

/**
 * A run's log as bytes: each entry with its length in front (protobuf's delimited form), and nothing that depends on time or
 * place, so two runs of the same search can be compared with cmp.
 */
export function encodeRunLog(record: RunRecord): Uint8Array {
  const writer = new BinaryWriter();
  for (const { event } of record.events) writer.bytes(encodeEvent(record.runId, event));
  return writer.finish();
}

/** The same for people and scripts: one JSON object a line, with the log's sequence and time. */
export function renderRunEvents(record: RunRecord): string {
  return record.events
    .map(({ sequence, timeMs, event }) => JSON.stringify({ sequence, time: new Date(timeMs).toISOString(), ...event }))
    .map((line) => `${line}\n`)
    .join('');
}
