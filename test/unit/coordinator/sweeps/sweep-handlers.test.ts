import { describe, expect, test } from 'vitest';
import { createSweepHandlers } from '../../../../services/coordinator/sweeps/sweep-handlers.ts';
import type { SweepEvent } from '../../../../services/domain/sweep/sweep-event.ts';
import { ContractError } from '../../../../services/shared/contracts/contract-error.ts';
import { type GetRunResponse, RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { encodeSweepEvent } from '../../../../services/shared/contracts/sweep-codec.ts';
import type { Bus } from '../../../../services/shared/messaging/bus.ts';
import { pauseRun } from '../../../../services/shared/messaging/pause-run.ts';
import { createManualCluster, never } from '../manual-cluster.ts';

const runId = 'r';
const defined: SweepEvent = {
  kind: 'sweep-defined',
  name: 'temperatures',
  settings: { atOnce: 1 },
  cells: [{ cellId: runId, labels: [{ axis: 'seed', value: '1' }], writtenHash: '', benchmarkBlob: '' }],
  startsBlob: '',
  again: [],
  startedBy: '',
};
const started: SweepEvent = { kind: 'cell-started', cellId: runId, runId };

async function writeSweep(bus: Bus, sweepId: string, events: readonly SweepEvent[]): Promise<void> {
  let last = 0;
  for (const event of events) last = await bus.sweeps.append(sweepId, encodeSweepEvent(sweepId, event), last);
}

function handlersOf(cluster: ReturnType<typeof createManualCluster>, getRun: () => Promise<GetRunResponse>) {
  const leaders = { lead: () => undefined, restore: async () => undefined, stop: async () => undefined };
  const budgets = { budget: () => undefined };
  return createSweepHandlers({ bus: cluster.bus, timing: cluster.timing, leaders, getRun, budgets });
}

test('whoever resumes a sweep has resumed each of its runs: what was lost of them may be executed again', async () => {
  const cluster = createManualCluster();
  const { bus, timing } = cluster;
  await cluster.storeRun(runId, { resumed: 2 });
  await writeSweep(bus, 's', [defined, started, { kind: 'sweep-paused', reason: '' }]);
  await pauseRun(bus, runId, 'too many executions were lost', { nowMs: timing.wallMs(), needsPerson: true });
  await handlersOf(cluster, async () => ({ budgets: [] }) as unknown as GetRunResponse).resumeSweep('s');
  expect(await bus.runs.get(runId)).toMatchObject({ status: RunStatus.RUNNING, pauseReason: '', resumed: 3 });
});

describe('what cannot be read', () => {
  const damaged = () => Promise.reject(new ContractError('Event', 'it has schema version 2', { isOfLaterVersion: true }));

  test('of one sweep keeps no other from being listed', async () => {
    const cluster = createManualCluster();
    await writeSweep(cluster.bus, 's', [defined]);
    await cluster.timing.advance(1_000);
    await cluster.bus.sweeps.append('of-a-later-version', new Uint8Array([8, 2]), 0);
    const { sweeps } = await handlersOf(cluster, damaged).listSweeps(never);
    expect(sweeps.map(({ sweepId, name, status }) => [sweepId, name, status])).toEqual([
      ['of-a-later-version', 'of-a-later-version', 'paused'],
      ['s', 'temperatures', 'running'],
    ]);
    expect(sweeps[0]?.reason).toMatch(/^its log cannot be read: .*2.*coordinator of that version/);
    expect(sweeps[0]).toMatchObject({ isOver: false });
  });

  test('of one run keeps nothing else of its sweep from being seen', async () => {
    const cluster = createManualCluster();
    await writeSweep(cluster.bus, 's', [defined, started]);
    const handlers = handlersOf(cluster, damaged);
    const { cells } = await handlers.getSweep('s', never);
    expect(cells).toMatchObject([{ state: 'running', needsPerson: true, pauseReason: expect.stringMatching('cannot be read') }]);
    expect((await handlers.listSweeps(never)).sweeps).toMatchObject([{ sweepId: 's', status: 'running' }]);
  });
});
