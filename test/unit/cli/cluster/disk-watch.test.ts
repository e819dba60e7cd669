import { expect, test } from 'vitest';
import type { DiskSpace } from '../../../../services/cli/cluster/disk-space.ts';
import { watchDisk } from '../../../../services/cli/cluster/disk-watch.ts';

const never = new AbortController().signal;

function createDisk() {
  const disk = { freeBytes: 5e9, health: 'ok', restarts: [] as string[], probes: 0 };
  const space = async (_folder: string, probe: boolean): Promise<DiskSpace> => {
    if (probe) disk.probes += 1;
    return { freeBytes: disk.freeBytes, isFull: disk.freeBytes < 1e6 };
  };
  const server = {
    health: async () => disk.health,
    restart: async (why: string) => {
      disk.restarts.push(why);
      disk.health = 'ok';
    },
  };
  return { disk, watch: watchDisk({ folder: '/data', server, space, everyMs: 1 }) };
}

test('a full disk is named for as long as it is full, with what is left of it', async () => {
  const { disk, watch } = createDisk();
  expect(watch.wait()).toBeUndefined();
  disk.freeBytes = 300_000;
  await expect
    .poll(() => watch.wait())
    .toMatchObject({
      kind: 'disk',
      what: 'the disk that holds /data is full: 0.3 MB free',
      until: 'free some space; the run continues by itself',
    });
  disk.freeBytes = 5e9;
  await expect.poll(() => watch.wait()).toBeUndefined();
  await watch.stop();
});

test('a server that writes nothing more after the disk was full is started anew, once there is room', async () => {
  const { disk, watch } = createDisk();
  disk.freeBytes = 0;
  disk.health = '{"error":"JetStream stream \'$G > EVENTS\' write error: … no space left on device"}';
  await expect.poll(() => watch.wait()).toBeDefined();
  expect(disk.restarts).toEqual([]);
  disk.freeBytes = 5e9;
  await expect
    .poll(() => disk.restarts)
    .toEqual(['there is room again on the disk that holds /data, but nats-server still writes nothing']);
  await watch.stop();
});

test('whoever died is started when there is room: at once if there was', async () => {
  const { disk, watch } = createDisk();
  expect(await watch.untilRoom(never)).toBe(false);
  disk.freeBytes = 0;
  let goesOn = false;
  const waiting = watch.untilRoom(never).then((hadToWait) => {
    goesOn = true;
    return hadToWait;
  });
  await expect.poll(() => disk.probes).toBeGreaterThan(3);
  expect(goesOn).toBe(false);
  disk.freeBytes = 5e9;
  expect(await waiting).toBe(true);
  disk.freeBytes = 0;
  const abort = new AbortController();
  const interrupted = watch.untilRoom(abort.signal);
  abort.abort();
  expect(await interrupted).toBe(true);
  await watch.stop();
});
