import { closeSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createLogStream, writeTo } from '../../../../services/shared/telemetry/log-stream.ts';
import { createLogger } from '../../../../services/shared/telemetry/logger.ts';

const describeLoss = (lines: number, code: string): string => `${lines} missing: ${code}\n`;
const failing = (code: string): never => {
  throw Object.assign(new Error(code), { code });
};

/** A disk with room for so many bytes. */
function createDisk(room: number) {
  const disk = { room, text: '' };
  const write = (bytes: Uint8Array): number => {
    const taken = Math.min(disk.room, bytes.length);
    if (taken === 0) failing('ENOSPC');
    disk.room -= taken;
    disk.text += Buffer.from(bytes.subarray(0, taken)).toString();
    return taken;
  };
  return { disk, stream: createLogStream({ write, describeLoss }) };
}

test('lines that find no room are dropped and counted, and the count is told once there is room again', () => {
  const { disk, stream } = createDisk(8);
  for (const line of ['one\n', 'two\n', 'three\n', 'four\n']) stream.write(line);
  expect(disk.text).toBe('one\ntwo\n');
  disk.room = 1_000;
  for (const line of ['five\n', 'six\n']) stream.write(line);
  expect(disk.text).toBe('one\ntwo\n2 missing: ENOSPC\nfive\nsix\n');
});

test('a line that was cut off by the end of the room does not run into the next one', () => {
  const { disk, stream } = createDisk(6);
  for (const line of ['one\n', 'two\n']) stream.write(line);
  disk.room = 1_000;
  stream.write('three\n');
  expect(disk.text).toBe('one\ntw\n1 missing: ENOSPC\nthree\n');
});

test('room for the count alone is no room for the line', () => {
  const { disk, stream } = createDisk(4);
  for (const line of ['one\n', 'two\n']) stream.write(line);
  disk.room = describeLoss(1, 'ENOSPC').length;
  stream.write('three\n');
  disk.room = 1_000;
  stream.write('four\n');
  expect(disk.text).toBe('one\n1 missing: ENOSPC\n1 missing: ENOSPC\nfour\n');
});

test('a pipe that takes nothing for a moment is waited for', () => {
  let turns = 0;
  const stream = createLogStream({
    write: (bytes) => {
      turns += 1;
      return turns < 3 ? failing('EAGAIN') : bytes.length;
    },
    describeLoss,
  });
  stream.write('one\n');
  expect(turns).toBe(3);
});

test('a logger on a full disk goes on', () => {
  const descriptor = openSync('/dev/full', 'w');
  const stream = createLogStream({ write: writeTo(descriptor), describeLoss });
  const log = createLogger({ service: 's', version: '0', level: 'info' }, stream);
  expect(() => {
    log.info('lost');
    log.fatal({ err: new Error('lost too') }, 'fatal');
  }).not.toThrow();
  closeSync(descriptor);
});
