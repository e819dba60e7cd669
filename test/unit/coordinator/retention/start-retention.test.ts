import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { startRetention } from '../../../../services/coordinator/retention/start-retention.ts';
import { RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { systemTiming } from '../../../../services/shared/lifecycle/timing.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { runManifest } from '../../../support/bus-messages.ts';

test('the runs of a sweep that cannot be read stay, and keep no other one', async () => {
  const bus = createInMemoryServer().connect();
  await bus.sweeps.append('of-a-later-version', new Uint8Array([8, 2]), 0);
  await bus.runs.put({ ...runManifest('cell', RunStatus.COMPLETED), endedAtMs: 1_000, sweepId: 'of-a-later-version' });
  await bus.runs.put({ ...runManifest('good', RunStatus.COMPLETED), endedAtMs: 1_001 });
  const timing = { ...systemTiming, sleep: (ms: number, signal: AbortSignal) => systemTiming.sleep(ms / 100, signal) };
  const retention = startRetention({ maxAgeMs: 1 }, { bus, timing, logger: pino({ level: 'silent' }), name: 'c' });
  await expect.poll(async () => (await bus.runs.list()).map(({ runId }) => runId)).toEqual(['cell']);
  await retention.stop();
});

test('a run that cannot be read stays, and keeps no other one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-retention-'));
  const bus = createInMemoryServer().connect();
  for (const [index, runId] of ['bad', 'good'].entries()) {
    await bus.runs.put({ ...runManifest(runId, RunStatus.COMPLETED), endedAtMs: 1_000 + index });
    await bus.log.append(runId, Buffer.from('one'), 0);
  }
  const read: typeof bus.log.read = (runId, ...rest) => {
    if (runId === 'bad') throw new Error('its log is damaged');
    return bus.log.read(runId, ...rest);
  };
  const timing = { ...systemTiming, sleep: (ms: number, signal: AbortSignal) => systemTiming.sleep(ms / 100, signal) };
  const parts = { bus: { ...bus, log: { ...bus.log, read } }, timing, logger: pino({ level: 'silent' }), name: 'c' };
  const retention = startRetention({ maxAgeMs: 1, archiveFolder: folder }, parts);
  await expect.poll(async () => (await bus.runs.list()).map(({ runId }) => runId)).toEqual(['bad']);
  await retention.stop();
  expect(await readdir(folder)).toEqual(['good-1001.scale']);
  await rm(folder, { recursive: true });
});
