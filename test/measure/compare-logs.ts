/**
 * Whether two logs of runs (events.binpb) hold the same events byte for byte:
 *   node test/measure/compare-logs.ts BEFORE AFTER
 * Of the first event, a kind that only one of the configurations says is told and passed over: runs did not say it once.
 */
import { readFileSync } from 'node:fs';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import { Event } from '../../services/shared/contracts/generated/scale/v1/event.ts';
import { decodeRunLogFile } from '../../services/shared/contracts/run-log-file.ts';

const [before, after] = process.argv.slice(2).map((path) => decodeRunLogFile(readFileSync(path)));
if (before === undefined || after === undefined) throw new Error('name two logs: node test/measure/compare-logs.ts BEFORE AFTER');

const kinds = [before, after].map(([first = new Uint8Array()]) => kindIn(first));
const [old, now] = [before, after].map((log) =>
  log.map((entry, index) => Buffer.from(index === 0 ? withoutKind(entry) : entry).toString('hex')),
);
const place = (old ?? []).findIndex((entry, index) => entry !== now?.[index]);
const count = `${old?.length} and ${now?.length} events, kinds "${kinds.join('" and "')}"`;
if (place < 0 && old?.length === now?.length) {
  console.log(`the same, byte for byte: ${count}`);
} else {
  const at = place < 0 ? Math.min(old?.length ?? 0, now?.length ?? 0) : place;
  const [one, other] = [before[at], after[at]].map((entry) =>
    entry === undefined ? 'nothing' : JSON.stringify(decodeEvent(entry).event).slice(0, 2000),
  );
  console.log(`they differ (${count}), first in event ${at}:\n  ${one}\n  ${other}`);
  process.exitCode = 1;
}

function kindIn(first: Uint8Array): string {
  const { body: event } = Event.decode(first);
  return event?.$case === 'runStarted' ? (event.value.configuration?.kind ?? '') : '';
}

function withoutKind(first: Uint8Array): Uint8Array {
  const decoded = Event.decode(first);
  const { body: event } = decoded;
  if (event?.$case !== 'runStarted' || event.value.configuration === undefined) return first;
  // The run's id stands in every event; it is the same, since a kind that goes without saying is no part of it.
  return Event.encode({
    ...decoded,
    body: { ...event, value: { configuration: { ...event.value.configuration, kind: '' } } },
  }).finish();
}
