import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FakedClocks, fakedClock } from '../../support/faults/fake-time.ts';
import { type FaultRuns, faultRunsOfFile } from './fault-runs.ts';

let folder: string;
let clocks: FakedClocks | undefined;
let runs: FaultRuns | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-clocks-'));
  const found = await fakedClock(folder);
  if (found === undefined)
    return void console.warn('libfaketime is not here (Debian: apt-get install libfaketime): no clock jumps');
  clocks = found;
  runs = await faultRunsOfFile({ environment: (name) => found.environment(name) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each([
  ['an hour ahead', 3_600],
  ['an hour back', -3_600],
  ['three days ahead', 3 * 86_400],
])('fault 14: the clocks of everybody jump, one after the other, by %s', async (name, seconds) => {
  if (runs === undefined || clocks === undefined) return;
  const { members } = runs.cluster;
  const { jump } = clocks;
  const { served, results } = await runs.disturb(`fault-14-${name.replaceAll(' ', '-')}`, async (run) => {
    await run.untilCalls(20);
    const leader = await run.leader();
    const from = performance.now();
    for (const member of members) {
      await jump(member, seconds);
      await run.untilCalls(5);
    }
    await run.untilLogged();
    await run.recovered(14, `${name}: the log goes on`, from);
    expect((await run.leader()).name, 'who leads').toBe(leader.name);
    for (const member of members) await jump(member, 0);
  });
  // No job was taken away from anybody, and no call made again.
  expect(new Set(served.map(({ jobId, callId }) => `${jobId} ${callId}`)).size).toBe(served.length);
  expect(results.length).toBeGreaterThan(100);
  expect(members.flatMap(({ ownDeaths }) => ownDeaths)).toEqual([]);
});
