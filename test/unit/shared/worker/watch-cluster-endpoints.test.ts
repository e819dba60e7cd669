import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemTiming, type Timing } from '../../../../services/shared/lifecycle/timing.ts';
import { watchClusterEndpoints } from '../../../../services/shared/worker/watch-cluster-endpoints.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-endpoints-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A second is a hundredth of one. */
const quickly: Timing = { ...systemTiming, sleep: (ms, signal) => systemTiming.sleep(ms / 100, signal) };

function collect() {
  const errors: string[] = [];
  return { errors, logger: { info: () => {}, error: (_about: unknown, message?: string) => void errors.push(message ?? '') } };
}

test('a file that comes, changes, breaks and goes is followed, and what is broken changes nothing', async () => {
  const file = join(folder, 'endpoints.yaml');
  const { errors, logger } = collect();
  const watched = await watchClusterEndpoints(file, { timing: quickly, logger: logger as never });
  let changes = 0;
  watched.onChange(() => {
    changes += 1;
  });
  const urls = () => watched.serversOf('m')?.map(({ baseUrl }) => baseUrl);
  expect(urls()).toBeUndefined();
  await writeFile(file, 'm: { base_url: "http://gpu-1/v1" }');
  await expect.poll(urls).toEqual(['http://gpu-1/v1']);
  await writeFile(file, 'm: { base_url: ["http://gpu-1/v1", "http://gpu-2/v1"] }');
  await expect.poll(urls).toEqual(['http://gpu-1/v1', 'http://gpu-2/v1']);
  await writeFile(file, 'm: { base_url: ["http://gpu-1/v1", "nonsense"] }');
  await expect.poll(() => errors.length).toBe(1);
  expect(errors[0]).toContain('what it said before still holds');
  expect(urls()).toEqual(['http://gpu-1/v1', 'http://gpu-2/v1']);
  expect(changes).toBe(2);
  await rm(file);
  await expect.poll(urls).toBeUndefined();
  await watched.stop();
});

test('a file that is wrong from the beginning is refused', async () => {
  const file = join(folder, 'wrong.yaml');
  await writeFile(file, 'm: {}');
  const { logger } = collect();
  await expect(watchClusterEndpoints(file, { timing: quickly, logger: logger as never })).rejects.toThrow('wrong.yaml');
  const none = await watchClusterEndpoints(undefined, { timing: quickly, logger: logger as never });
  expect(none.serversOf('m')).toBeUndefined();
  await none.stop();
});
