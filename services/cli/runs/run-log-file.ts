import { encodeEvent } from '../../shared/contracts/event-codec.ts';
import { encodeRunLogFile } from '../../shared/contracts/run-log-file.ts';
import type { RunRecord } from '../../shared/runs/run-record.ts';

/** A run's log as bytes that depend on no time or place, so two runs of the same search can be compared with cmp. */
export function encodeRunLog(record: RunRecord): Uint8Array {
  return encodeRunLogFile(record.events.map(({ event }) => encodeEvent(record.runId, event)));
}

/** The same for people and scripts: one JSON object a line, with the log's sequence and time. */
export function renderRunEvents(record: RunRecord): string {
  return record.events
    .map(({ sequence, timeMs, event }) => JSON.stringify({ sequence, time: new Date(timeMs).toISOString(), ...event }))
    .map((line) => `${line}\n`)
    .join('');
}
