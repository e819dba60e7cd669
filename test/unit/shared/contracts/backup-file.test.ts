import { describe, expect, test } from 'vitest';
import { BackupDamagedError, decodeBackup, encodeBackup } from '../../../../services/shared/contracts/backup-file.ts';
import type { BackupRecord } from '../../../../services/shared/contracts/generated/scale/v1/backup.ts';
import { RunManifest, RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { Result } from '../../../../services/shared/contracts/generated/scale/v1/result.ts';

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const runId = 'search-0123456789ab';
const records: readonly BackupRecord[] = [
  { body: { $case: 'header', value: { createdAtMs: 5, version: '1.2.3' } } },
  { body: { $case: 'blob', value: { name: 'ab'.repeat(32), piece: Buffer.from('one'), isLast: false } } },
  { body: { $case: 'blob', value: { name: 'ab'.repeat(32), piece: Buffer.from('two'), isLast: true } } },
  { body: { $case: 'entry', value: { runId, entry: Buffer.from('first') } } },
  { body: { $case: 'entry', value: { runId, entry: Buffer.from('second') } } },
  { body: { $case: 'result', value: Result.fromPartial({ runId, jobId: 'job-1' }) } },
  { body: { $case: 'manifest', value: RunManifest.fromPartial({ runId, status: RunStatus.RUNNING }) } },
  { body: { $case: 'entry', value: { runId: 'deleted-meanwhile', entry: Buffer.from('x') } } },
  { body: { $case: 'sweepEntry', value: { sweepId: 'sweep-1', entry: Buffer.from('cells') } } },
];
const bytes = Buffer.concat(await all(encodeBackup(from(records))));

/** As it comes over a wire: cut anywhere. */
const inPieces = (content: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(content.length / size) }, (_, index) => content.subarray(index * size, (index + 1) * size));
const read = (content: Uint8Array, size = 7) => all(decodeBackup(from(inPieces(content, size))));

describe('the bytes of a backup', () => {
  test('give the records again, however they come, and at the end what they hold', async () => {
    for (const size of [1, 7, 64, bytes.length]) {
      const found = await read(bytes, size);
      expect(found.slice(0, -1)).toEqual(records);
      const last = found.at(-1)?.body;
      expect(last?.$case === 'end' && last.value.contents).toEqual({
        runs: [
          {
            ...{ runId, name: '', status: RunStatus.RUNNING, entries: 2, results: 1 },
            // SHA-256 of the hex SHA-256 of "first", and "second".
            digest: '3b89699a1cbdb172bc8b4a755ceab4737c7d77b193514eea93a622b00af015fa',
          },
        ],
        sweeps: [{ sweepId: 'sweep-1', entries: 1, digest: expect.any(String) }],
        ...{ memories: 0, blobs: 1 },
      });
    }
  });

  test('are refused wherever they are cut, and it says at which byte', async () => {
    for (let length = 0; length < bytes.length; length += 1) {
      const error = await read(bytes.subarray(0, length)).catch((thrown: unknown) => thrown);
      expect(error, `cut at ${length}`).toBeInstanceOf(BackupDamagedError);
      expect((error as Error).message).toMatch(
        new RegExp(`^is cut off: it ends at byte ${length}, in (its first line|record \\d+)`),
      );
    }
  });

  test('are refused wherever a byte is another, and it says where', async () => {
    for (let place = 0; place < bytes.length; place += 1) {
      const damaged = Buffer.from(bytes);
      damaged[place] = (damaged[place] ?? 0) ^ 0x10;
      const error = await read(damaged, 64).catch((thrown: unknown) => thrown);
      expect(error, `byte ${place}`).toBeInstanceOf(BackupDamagedError);
      const [, told] = /at byte (\d+)/.exec((error as Error).message) ?? [];
      if (told !== undefined) expect(Number(told), (error as Error).message).toBeLessThanOrEqual(bytes.length);
    }
  });

  test('are refused where a whole record is missing, stands in another place, or something follows the end', async () => {
    const firstLine = bytes.indexOf('\n') + 1;
    const cuts = [firstLine];
    while ((cuts.at(-1) ?? 0) < bytes.length) cuts.push((cuts.at(-1) ?? 0) + 8 + bytes.readUInt32BE(cuts.at(-1) ?? 0));
    const parts = cuts.slice(0, -1).map((cut, index) => bytes.subarray(cut, cuts[index + 1]));
    const made = (chosen: readonly (Buffer | undefined)[]) =>
      Buffer.concat([bytes.subarray(0, firstLine), ...chosen.filter((part) => part !== undefined)]);
    expect(made(parts)).toEqual(bytes);
    await expect(read(made(parts.toSpliced(4, 1)))).rejects.toThrow(/^is damaged: what stands before its end/);
    await expect(read(made([...parts.slice(0, 3), parts[4], parts[3], ...parts.slice(5)]))).rejects.toThrow(/^is damaged: what/);
    await expect(read(Buffer.concat([bytes, Buffer.from('!')]))).rejects.toThrow(
      `goes on after its end: at byte ${bytes.length}`,
    );
  });

  test('are told from other files, and from formats to come', async () => {
    await expect(read(Buffer.from('{"runs": []}, and more of it'))).rejects.toThrow('is no backup');
    const later = Buffer.concat([Buffer.from('SCALE backup 2\n'), bytes.subarray(15)]);
    await expect(read(later)).rejects.toThrow('has format 2, and this version of SCALE reads format 1');
  });
});
