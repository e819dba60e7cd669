import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import type { Member } from '../../support/cluster/chaos-cluster.ts';
import { type DisturbedRun, type FaultRuns, faultRunsOfFile, usualDeadlines } from './fault-runs.ts';

let runs: FaultRuns;
let executor: Member;
const now = () => performance.now();

beforeAll(async () => {
  runs = await faultRunsOfFile();
  [executor] = runs.cluster.of('executor') as [Member];
});

it('fault 1: an executor is killed in the middle of its jobs', async () => {
  await runs.disturb('fault-1', async (run) => {
    await run.untilCalls(30);
    const inHand = await run.inHand();
    const from = now();
    await executor.kill();
    await run.untilAnswered(inHand);
    await run.recovered(1, 'its jobs are answered', from);
  });
});

it('fault 2: an executor is asked to end by SIGTERM, and hands back what it has not finished', async () => {
  await runs.disturb('fault-2', async (run) => {
    await run.untilCalls(30);
    const inHand = await run.inHand();
    const from = now();
    const service = await executor.process();
    await service.stop();
    expect(await service.exited).toBe('ended with exit status 0');
    await run.untilAnswered(inHand);
    await run.recovered(2, 'its jobs are answered', from);
  });
});

it('fault 3: an executor is stopped for longer than its jobs wait for it, and goes on', async () => {
  const { results, served } = await runs.disturb('fault-3', async (run) => {
    await run.untilCalls(30);
    const inHand = await run.inHand();
    const from = now();
    await executor.freeze();
    await run.untilAnswered(inHand);
    await run.recovered(3, 'its jobs are answered by another', from);
    await sleep(Math.max(0, usualDeadlines.ackWaitMs * 2 - (now() - from)));
    executor.thaw();
  });
  expect(served.length).toBeGreaterThanOrEqual(results.length);
});

it('fault 4: the coordinator that leads is killed, five times in one run', async () => {
  await runs.disturb('fault-4', async (run) => {
    for (let kills = 0; kills < 5; kills += 1) {
      await run.untilCalls(5);
      const leader = await run.leader();
      const from = now();
      await leader.kill();
      await run.untilLogged();
      if (kills === 0) await run.recovered(4, 'the log goes on (same machine)', from);
    }
  });
});

async function loseLeader(run: DisturbedRun, lose: (leader: Member) => Promise<void>, what: string): Promise<Member> {
  await run.untilCalls(20);
  const leader = await run.leader();
  const from = now();
  await lose(leader);
  await run.untilLedByAnother(leader);
  await run.recovered(5, `${what}: another leads`, from);
  await run.untilLogged();
  await run.recovered(5, `${what}: the log goes on`, from);
  return leader;
}

it('fault 5: the coordinator that leads is stopped beyond its lease, another leads, and the first comes back', async () => {
  await runs.disturb('fault-5-stopped', async (run) => {
    const leader = await loseLeader(run, (each) => each.freeze(), 'stopped');
    await run.untilCalls(5);
    leader.thaw();
    await run.untilCalls(5);
    expect(leader.ownDeaths).toEqual([]);
  });
});

it('fault 5: the coordinator that leads is cut off from NATS, and comes back', async () => {
  await runs.disturb('fault-5-cut-off', async (run) => {
    const leader = await loseLeader(run, async (each) => each.nats.weather({ blackHole: 'both' }), 'cut off');
    await run.untilCalls(5);
    leader.nats.weather({});
    await run.untilCalls(5);
    expect(leader.ownDeaths).toEqual([]);
  });
});
