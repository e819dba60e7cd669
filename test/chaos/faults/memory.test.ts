import { beforeAll, expect, it } from 'vitest';
import type { Member } from '../../support/cluster/chaos-cluster.ts';
import { limitMemory } from '../../support/faults/memory-limit.ts';
import { type FaultRuns, faultRunsOfFile } from './fault-runs.ts';

let runs: FaultRuns;

/** An executor that takes more and more memory once it is told to by a signal. */
const greedy = `process.on('SIGUSR2', () => { globalThis.taken = []; setInterval(() => taken.push(Buffer.alloc(32e6, 1)), 20); });`;

beforeAll(async () => {
  runs = await faultRunsOfFile({
    nodeFlags: (name) => (name === 'executor-1' ? ['--import', `data:text/javascript,${encodeURIComponent(greedy)}`] : []),
  });
});

it('fault 20: the kernel kills an executor that takes more memory than it may', async () => {
  const [executor] = runs.cluster.of('executor') as [Member];
  using limit = limitMemory(`scale-test-${process.pid}`, 600 * 1024 ** 2);
  if (limit === undefined) return void console.warn('control groups cannot be made here: nobody runs out of memory');
  await runs.disturb('fault-20', async (run) => {
    await run.untilCalls(30);
    const { pid, exited } = await executor.process();
    limit.add(pid);
    process.kill(pid, 'SIGUSR2');
    expect(await exited).toBe('was ended by SIGKILL');
    const from = performance.now();
    await run.untilAnswered(await run.inHand());
    await run.recovered(20, 'its jobs are answered', from);
  });
  expect(executor.ownDeaths).toEqual(['was ended by SIGKILL']);
});
