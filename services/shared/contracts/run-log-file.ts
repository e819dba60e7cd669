import { crc32 } from 'node:zlib';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { Event } from './generated/scale/v1/event.ts';

/** A record of a log file differs from what was written. */
export class DamagedRecordError extends ScaleError {
  readonly kind = 'damaged';
  /** From 1. */
  readonly record: number;

  constructor(record: number, problem: string, options?: ErrorOptions) {
    super(`record ${record} is damaged: ${problem}`, options);
    this.record = record;
  }
}

/** Of Event.checksum in event.proto. */
const checksumField = 100;

/**
 * A run's log as a file: each entry with its length in front (protobuf's delimited form) and, as the entry's last field, the
 * CRC-32 of all entries up to its own end, so that a changed, lost or moved record is detected. It depends only on the entries.
 */
export function encodeRunLogFile(entries: readonly Uint8Array[]): Uint8Array {
  const file = new BinaryWriter();
  let checksum = 0;
  for (const entry of entries) {
    checksum = crc32(entry, checksum);
    file.bytes(Buffer.concat([entry, checksumOf(checksum)]));
  }
  return file.finish();
}

/**
 * The entries of a log file. Files from versions without checksums are read unchecked.
 * @throws DamagedRecordError
 */
export function decodeRunLogFile(file: Uint8Array): Uint8Array[] {
  const records = recordsOf(file);
  if (!records.some(hasChecksum)) return records;
  let checksum = 0;
  return records.map((record, index) => {
    const entry = record.subarray(0, Math.max(0, record.length - checksumOf(0).length));
    checksum = crc32(entry, checksum);
    if (Buffer.compare(record.subarray(entry.length), checksumOf(checksum)) === 0) return entry;
    throw new DamagedRecordError(index + 1, 'its checksum is not that of its content');
  });
}

function recordsOf(file: Uint8Array): Uint8Array[] {
  const reader = new BinaryReader(file);
  const records: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    try {
      records.push(reader.bytes());
    } catch (cause) {
      const problem = 'the file ends before it does';
      const first = records.length === 0 ? `${problem}, or this is not the log of a run` : problem;
      throw new DamagedRecordError(records.length + 1, first, { cause });
    }
  }
  return records;
}

function checksumOf(value: number): Uint8Array {
  return new BinaryWriter().tag(checksumField, WireType.Bit32).fixed32(value).finish();
}

function hasChecksum(record: Uint8Array): boolean {
  try {
    return Event.decode(record).checksum !== undefined;
  } catch {
    return false; // damaged: the other records tell whether they have one
  }
}
