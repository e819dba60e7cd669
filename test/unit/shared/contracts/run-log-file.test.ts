import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEvent, encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import { DamagedRecordError, decodeRunLogFile, encodeRunLogFile } from '../../../../services/shared/contracts/run-log-file.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

const { log } = continueRun(madeUpWorld(), madeUpConfiguration({ queryCount: 2, search: { maxRounds: 2 } }));
const entries = log.map((event) => encodeEvent('run-1', event));
const file = encodeRunLogFile(entries);

function withoutChecksums(): Uint8Array {
  const writer = new BinaryWriter();
  for (const entry of entries) writer.bytes(entry);
  return writer.finish();
}

test('a file gives back its entries, and reads as the events that it holds for whoever knows only those', () => {
  expect(decodeRunLogFile(file).map((entry) => Buffer.from(entry))).toEqual(entries.map((entry) => Buffer.from(entry)));
  const reader = new BinaryReader(file);
  const events = [];
  while (reader.pos < reader.len) events.push(decodeEvent(reader.bytes()).event);
  expect(events).toEqual(log);
});

test('a file of a version without checksums is read as it is', () => {
  expect(decodeRunLogFile(withoutChecksums()).map((entry) => decodeEvent(entry).event)).toEqual(log);
});

test('any bit that is flipped is found, with the record that it is in', () => {
  // Where each record ends, its length among it.
  const ends: number[] = [];
  const reader = new BinaryReader(file);
  while (reader.pos < reader.len) {
    reader.bytes();
    ends.push(reader.pos);
  }
  for (let bit = 0; bit < file.length * 8; bit += 1) {
    const flipped = file.slice();
    const at = bit >> 3;
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit & 7));
    const error = thrownBy(() => decodeRunLogFile(flipped));
    expect(error, `bit ${bit} of ${file.length * 8}`).toBeInstanceOf(DamagedRecordError);
    const record = 1 + ends.findIndex((end) => at < end);
    // A length that is wrong may be told of a record that does not end where the file does.
    expect((error as DamagedRecordError).record).toBeGreaterThanOrEqual(record);
  }
});

test('a record that is missing, moved or from another log is found', () => {
  const records: Uint8Array[] = [];
  const reader = new BinaryReader(file);
  while (reader.pos < reader.len) records.push(reader.bytes());
  const fileOf = (some: readonly Uint8Array[]): Uint8Array => {
    const writer = new BinaryWriter();
    for (const record of some) writer.bytes(record);
    return writer.finish();
  };
  fc.assert(
    fc.property(fc.nat(records.length - 2), fc.nat(records.length - 2), (one, other) => {
      const missing = records.toSpliced(one, 1);
      expect(() => decodeRunLogFile(fileOf(missing))).toThrow(`record ${one + 1} is damaged`);
      if (one === other) return;
      const moved = records.toSpliced(one, 1).toSpliced(other, 0, records[one] as Uint8Array);
      expect(() => decodeRunLogFile(fileOf(moved))).toThrow(DamagedRecordError);
    }),
  );
});

test('a file that was cut within a record is refused', () => {
  expect(() => decodeRunLogFile(file.subarray(0, file.length - 3))).toThrow(`record ${entries.length} is damaged`);
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}
