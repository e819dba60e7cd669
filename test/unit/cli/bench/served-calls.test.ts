import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readServedCalls, slotUse } from '../../../../services/cli/bench/served-calls.ts';

const call = (beganMs: number, endedMs: number) => ({ jobId: 'j', callId: 'c', model: 'm', cutOff: false, beganMs, endedMs });

test('how busy slots were is worked out from the first call to the last', () => {
  const calls = [call(1000, 1200), call(1000, 1200), call(1200, 1400)];
  expect(slotUse(calls, 2)).toEqual({ seconds: 0.4, busy: 0.75, mostAtOnce: 2 });
});

test('of more calls than a function takes arguments, too', () => {
  const calls = Array.from({ length: 200_000 }, (_, place) => call(place, place + 1_000));
  expect(slotUse(calls, 1_000)).toMatchObject({ seconds: 200.999, mostAtOnce: 1_000 });
});

test('calls of several endpoints are read in the order in which they began; a line that is none is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-calls-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const paths = [join(folder, 'a'), join(folder, 'b')];
  await writeFile(paths[0] as string, `${JSON.stringify(call(30, 40))}\n${JSON.stringify(call(10, 20))}\n`);
  await writeFile(paths[1] as string, `${JSON.stringify(call(15, 25))}\n`);
  expect((await readServedCalls(paths)).map(({ beganMs }) => beganMs)).toEqual([10, 15, 30]);
  await writeFile(paths[1] as string, '{"jobId":"j"}\n');
  await expect(readServedCalls(paths)).rejects.toThrow(/callId/);
});
