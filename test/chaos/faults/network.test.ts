import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Member } from '../../support/cluster/chaos-cluster.ts';
import type { ChaosProxy } from '../../support/faults/chaos-proxy.ts';
import { type FaultRuns, faultRunsOfFile } from './fault-runs.ts';

let runs: FaultRuns;
let executor: Member;
const now = () => performance.now();
/** Set for the long ones of the list. */
const isLong = process.env.SCALE_CHAOS_LONG !== undefined;

beforeAll(async () => {
  runs = await faultRunsOfFile();
  [executor] = runs.cluster.of('executor') as [Member];
});

it.each(isLong ? [3, 60] : [3])('fault 6: the NATS server is killed, and is back after %i s', async (downSeconds) => {
  const { nats, members } = runs.cluster;
  await runs.disturb(`fault-6-${downSeconds}`, async (run) => {
    await run.untilCalls(30);
    await nats.kill();
    await sleep(downSeconds * 1_000);
    await nats.start();
    const from = now();
    await run.untilResult();
    await run.recovered(6, `from its return after ${downSeconds} s to the next result`, from);
  });
  expect(members.flatMap(({ ownDeaths }) => ownDeaths)).toEqual([]);
});

it('fault 8: an executor is cut off from NATS, others do its jobs, and it comes back without a restart', async () => {
  const { pid } = await executor.process();
  const seconds = isLong ? 90 : 20;
  await runs.disturb('fault-8', async (run) => {
    await run.untilCalls(30);
    const inHand = await run.inHand();
    const from = now();
    executor.nats.weather({ blackHole: 'both' });
    await run.untilAnswered(inHand);
    await run.recovered(8, 'its jobs are answered by others', from);
    await sleep(seconds * 1_000 - (now() - from));
    executor.nats.weather({});
  });
  // Whether it works again is seen in the next run.
  const healed = now();
  await runs.disturb('fault-8-after', async (run) => {
    for await (const { worker } of run.cluster.bus.results.follow(run.runId, AbortSignal.timeout(200_000))) {
      if (worker === executor.name) break;
    }
    await run.recovered(8, 'from the return of the network to a result of its own, in the next run', healed);
  });
  expect((await executor.process()).pid).toBe(pid);
});

const spoils: Readonly<Record<string, (proxy: ChaosProxy) => Promise<void>>> = {
  'is reset': async (proxy) => proxy.reset(),
  'is left half open': async (proxy) => proxy.halfOpen(),
  'is cut in mid-message': async (proxy) => proxy.cutAfter(300),
  'is late by half a second': async (proxy) => {
    proxy.weather({ latencyMs: 400, jitterMs: 200 });
    await sleep(5_000);
    proxy.weather({});
  },
  'hears and is not heard': async (proxy) => {
    proxy.weather({ blackHole: 'from-client' });
    await sleep(5_000);
    proxy.weather({});
  },
};

describe.each(['executor', 'coordinator', 'predictor'] as const)('fault 8: the connection to NATS of the %s', (kind) => {
  it.each(Object.entries(spoils))('%s', async (name, spoil) => {
    await runs.disturb(`fault-8-${kind}-${name.replaceAll(' ', '-')}`, async (run) => {
      await run.untilCalls(20);
      const member = kind === 'coordinator' ? await run.leader() : (runs.cluster.of(kind)[0] as Member);
      const from = now();
      await spoil(member.nats);
      if (kind === 'predictor') return;
      await run.untilLogged();
      await run.recovered(8, `the connection of the ${kind} ${name}: the log goes on`, from);
    });
  });
});

it.each<readonly [string, (proxy: ChaosProxy) => void]>([
  ['swallows everything', (proxy) => proxy.weather({ blackHole: 'both' })],
  [
    'turns everybody away',
    (proxy) => {
      proxy.weather({ refuses: true });
      proxy.reset();
    },
  ],
  ['resets one answer in five in the middle', (proxy) => proxy.weather({ cutShare: 0.2 })],
])('fault 9: the way to the model %s for ten seconds', async (name, spoil) => {
  const { model } = runs.cluster;
  await runs.disturb(`fault-9-${name.replaceAll(' ', '-')}`, async (run) => {
    await run.untilCalls(30);
    spoil(model);
    await sleep(10_000);
    model.weather({});
    const from = now();
    await run.untilResult();
    await run.recovered(9, `it ${name}: from its return to the next result`, from);
  });
});

it('fault 10: the coordinator hears ten times slower than executors speak, and holds no more memory for it', async () => {
  const coordinators = runs.cluster.of('coordinator');
  await runs.disturb('fault-10', async (run) => {
    await run.untilCalls(20);
    const leader = await run.leader();
    const memory = async () => (await runs.cluster.look(0)).find(({ name }) => name === leader.name)?.residentMb ?? 0;
    const before = await memory();
    for (const { nats } of coordinators) nats.weather({ bytesPerSecond: 40_000 });
    await run.untilCalls(60);
    const grown = (await memory()) - before;
    for (const { nats } of coordinators) nats.weather({});
    expect(grown).toBeLessThan(60);
  });
});
