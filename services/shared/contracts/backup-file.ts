import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { crc32 } from 'node:zlib';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { countBackup } from './backup-contents.ts';
import { BackupRecord } from './generated/scale/v1/backup.ts';

/**
 * The bytes of a backup: a line with the version, then each record after its length and its CRC-32 (four bytes each, the
 * highest first). The last record is the end: the SHA-256 of all bytes before it, and a table of what the file holds. So a file
 * that was cut or changed is known for one before anything is made of it, and where it was.
 */
const format = 1;
const firstLine = Buffer.from(`SCALE backup ${format}\n`);
const frameBytes = 8;
/** Far more than any record has: what claims to be longer is damage. */
const longestRecord = 512 * 1024 * 1024;
/** Small records travel together. */
const pieceBytes = 256 * 1024;

/** It is no backup, or not as it was written. The message goes on from its name. */
export class BackupDamagedError extends ScaleError {
  readonly kind = 'damaged';
}

/** @param records without an end, which is made here */
export async function* encodeBackup(records: AsyncIterable<BackupRecord>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  const counted = countBackup();
  let parts: Uint8Array[] = [];
  let size = 0;
  let written = 0;
  const add = (bytes: Uint8Array): void => {
    hash.update(bytes);
    parts.push(bytes);
    size += bytes.length;
  };
  const taken = function* (): Generator<Buffer> {
    const whole = Buffer.concat(parts);
    for (let from = 0; from < whole.length; from += pieceBytes) yield whole.subarray(from, from + pieceBytes);
    [parts, size] = [[], 0];
  };
  add(firstLine);
  for await (const record of records) {
    counted.add(record);
    written += 1;
    add(framed(record));
    if (size >= pieceBytes) yield* taken();
  }
  const value = { records: written, digest: hash.copy().digest('hex'), contents: counted.contents() };
  add(framed({ body: { $case: 'end', value } }));
  yield* taken();
}

function framed(record: BackupRecord): Uint8Array {
  const bytes = BackupRecord.encode(record).finish();
  const frame = Buffer.alloc(frameBytes + bytes.length);
  frame.writeUInt32BE(bytes.length);
  frame.writeUInt32BE(crc32(bytes), 4);
  frame.set(bytes, frameBytes);
  return frame;
}

/**
 * The records, the last of which is the end: whoever has got that knows that all of it was as it was written.
 * @throws BackupDamagedError
 */
export async function* decodeBackup(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<BackupRecord> {
  const { take, at } = reader(bytes);
  const hash = createHash('sha256');
  const counted = countBackup();
  const begins = await take(firstLine.length);
  refuseOtherFormats(begins);
  hash.update(firstLine);
  let current = 'its beginning';
  for (let records = 0; ; records += 1) {
    const place = at();
    const where = (): string => `at byte ${place} (record ${records + 1}, after ${current})`;
    const cut = (): BackupDamagedError =>
      new BackupDamagedError(`is cut off: it ends at byte ${at()}, in record ${records + 1}, after ${current}`);
    const frame = await take(frameBytes);
    if (frame.length < frameBytes) throw cut();
    const length = frame.readUInt32BE();
    if (length > longestRecord) throw new BackupDamagedError(`is damaged ${where()}: the record's length cannot be right`);
    const encoded = await take(length);
    if (encoded.length < length) throw cut();
    if (crc32(encoded) !== frame.readUInt32BE(4)) throw new BackupDamagedError(`is damaged ${where()}: its checksum is another`);
    const record = readRecord(encoded, where);
    if (record.body?.$case === 'end') {
      const { digest, records: wanted, contents } = record.body.value;
      // Each record may be whole, and one be missing or in another place.
      const isSame = isDeepStrictEqual(contents, counted.contents());
      if (digest !== hash.digest('hex') || wanted !== records || !isSame)
        throw new BackupDamagedError(`is damaged: what stands before its end ${where()} is not all that was written`);
      if ((await take(1)).length > 0) throw new BackupDamagedError(`goes on after its end: at byte ${at() - 1}`);
      yield record;
      return;
    }
    hash.update(frame);
    hash.update(encoded);
    counted.add(record);
    current = ownerOf(record) ?? current;
    yield record;
  }
}

function refuseOtherFormats(begins: Buffer): void {
  if (begins.equals(firstLine)) return;
  if (begins.length < firstLine.length && firstLine.subarray(0, begins.length).equals(begins))
    throw new BackupDamagedError(`is cut off: it ends at byte ${begins.length}, in its first line`);
  const other = /^SCALE backup (\d+)\D/.exec(begins.toString('latin1'))?.[1];
  if (other === undefined) throw new BackupDamagedError('is no backup: `scale backup` writes another first line');
  throw new BackupDamagedError(
    `has format ${other}, and this version of SCALE reads format ${format}: use the one that wrote it`,
  );
}

function readRecord(bytes: Uint8Array, where: () => string): BackupRecord {
  try {
    return BackupRecord.decode(bytes);
  } catch (cause) {
    throw new BackupDamagedError(`is damaged ${where()}: this version of SCALE cannot read it`, { cause });
  }
}

function ownerOf({ body }: BackupRecord): string | undefined {
  if (body?.$case === 'blob') return `blob ${body.value.name.slice(0, 12)}`;
  if (body?.$case === 'sweepEntry') return `sweep ${body.value.sweepId}`;
  if (body?.$case === 'header') return 'its header';
  return body === undefined || body.$case === 'end' ? undefined : `run ${body.value.runId}`;
}

/** So many bytes at a time, fewer only at the end. */
function reader(bytes: AsyncIterable<Uint8Array>) {
  const incoming = bytes[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  let place = 0;
  return {
    at: () => place,
    async take(length: number): Promise<Buffer> {
      const parts = [held];
      let there = held.length;
      while (there < length) {
        const next = await incoming.next();
        if (next.done) break;
        parts.push(Buffer.from(next.value.buffer, next.value.byteOffset, next.value.length));
        there += next.value.length;
      }
      const whole = parts.length === 1 ? held : Buffer.concat(parts);
      const taken = whole.subarray(0, length);
      held = whole.subarray(taken.length);
      place += taken.length;
      return taken;
    },
  };
}
