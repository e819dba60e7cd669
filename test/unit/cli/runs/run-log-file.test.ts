import { BinaryReader } from '@bufbuild/protobuf/wire';
import { expect, test } from 'vitest';
import { encodeRunLog, renderRunEvents } from '../../../../services/cli/runs/run-log-file.ts';
import { decodeEvent, decodeProtoEvent, encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import { createRunRecord, type RunRecord } from '../../../../services/shared/runs/run-record.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

const { log, state } = continueRun(madeUpWorld(), madeUpConfiguration({ queryCount: 20, search: { maxRounds: 4 } }));

function recordFrom(timeMs: number, step: number): RunRecord {
  const record = createRunRecord('made-up');
  for (const [index, event] of log.entries()) {
    record.add({ sequence: 1 + index * step, timeMs: timeMs + index, event: decodeProtoEvent(encodeEvent('made-up', event)) });
  }
  return record;
}

test('a record folds to the state of the log', () => {
  const record = recordFrom(0, 1);
  expect(record.state()).toEqual(state);
  expect(record.isOver()).toBe(true);
  expect([...record.times.keys()]).toEqual([1, 2, 3, 4]);
});

test('the log file holds every event, in order, each with its length in front', () => {
  const reader = new BinaryReader(encodeRunLog(recordFrom(0, 1)));
  const events = [];
  while (reader.pos < reader.len) events.push(decodeEvent(reader.bytes()).event);
  expect(events).toEqual(log);
});

test('the log file does not depend on when or where a run was', () => {
  expect(encodeRunLog(recordFrom(1_000, 1))).toEqual(encodeRunLog(recordFrom(9_999, 3)));
});

test('the lines of events are one JSON object each, with sequence and time', () => {
  const lines = renderRunEvents(recordFrom(1_700_000_000_000, 2)).trimEnd().split('\n');
  expect(lines).toHaveLength(log.length);
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ sequence: 3, time: '2023-11-14T22:13:20.001Z', kind: 'round-started' });
});

test('a record without any event has no state to show', () => {
  expect(() => createRunRecord('empty').state()).toThrow('run empty has no events yet');
});
