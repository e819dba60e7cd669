import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { beforeAll, describe, expect, it } from 'vitest';
import { streams } from '../../../services/shared/messaging/subjects-and-streams.ts';
import type { Member } from '../../support/cluster/chaos-cluster.ts';
import { type FaultRuns, faultRunsOfFile } from './fault-runs.ts';

let runs: FaultRuns;
const now = () => performance.now();

beforeAll(async () => {
  runs = await faultRunsOfFile();
});

it('fault 12: a job that nobody can read is kept with its bytes, and the others go on', async () => {
  const { connection } = runs.cluster;
  const { dead } = await runs.disturb(
    'fault-12',
    async (run) => {
      await run.untilCalls(20);
      await connection.request(`jobs.v1.execute.${run.runId}.garbage`, new Uint8Array([255, 255, 255]));
      // A message of a version to come: its field 1 says 99.
      await connection.request(`jobs.v1.execute.${run.runId}.later`, new Uint8Array([8, 99]));
    },
    { expected: /nobody could read/ },
  );
  // What a later version may know stays in the queue for it, until the run is over.
  expect(dead.map((subject) => subject.split('.').at(-1))).toEqual(['garbage']);
  const manager = await jetstreamManager(connection);
  const kept = await manager.streams.getMessage(streams.dead, {
    last_by_subj: dead.find((each) => each.endsWith('garbage')) ?? '',
  });
  expect([...(kept?.data ?? [])]).toEqual([255, 255, 255]);
});

it('fault 13: jobs are published and delivered twice, since acknowledgements do not get through', async () => {
  await runs.disturb('fault-13', async (run) => {
    await run.untilCalls(20);
    for (let times = 0; times < 3; times += 1) {
      const executors = runs.cluster.of('executor');
      for (const { nats } of executors) nats.weather({ blackHole: 'from-client' });
      await sleep(500);
      // What they have said in that time is lost with their connections: results, acknowledgements, notes.
      for (const { nats } of executors) nats.reset();
      for (const { nats } of executors) nats.weather({});
      const leader = await run.leader();
      await leader.kill();
      await run.untilCalls(5);
    }
  });
});

describe('fault 23: a bucket is deleted', () => {
  it.each([
    ['leases', streams.leases],
    ['slots', streams.slots],
  ])('that of the %s: it is made again, and the run goes on', async (name, stream) => {
    const manager = await jetstreamManager(runs.cluster.connection);
    await runs.disturb(`fault-23-${name}`, async (run) => {
      await run.untilCalls(20);
      const from = now();
      await manager.streams.delete(stream);
      while (!(await manager.streams.info(stream).then(Boolean, () => false))) await sleep(50);
      await run.untilLogged();
      await run.recovered(23, `the bucket of ${name} is there again, and the log goes on`, from);
    });
  });
});

it('fault 7: the NATS server is killed and its store is wiped: the log is written again from the memory of its coordinator', async () => {
  const { nats, folder } = runs.cluster;
  await runs.disturb(
    'fault-7',
    async (run) => {
      await run.untilCalls(100);
      await nats.kill();
      await rm(join(folder, 'nats', 'jetstream'), { recursive: true });
      await nats.start();
      const from = now();
      await run.untilCalls(1);
      await run.recovered(7, 'from the return of the empty server to the next call', from);
    },
    // What was in the log has no result in the new store, and what was paid for is not on its accounts.
    { expected: /is in the log and has no result|tokens are on the accounts/ },
  );
  const alive = runs.cluster.members.flatMap(({ ownDeaths }: Member) => ownDeaths);
  expect(alive).toEqual([]);
});
