import { expect, test } from 'vitest';
import { untilSettled } from '../../../../services/cli/runs/until-settled.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import { decodeProtoEvent, encodeEvent } from '../../../../services/shared/contracts/event-codec.ts';
import { RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { ControlClient } from '../../../../services/shared/control-client/control-client.ts';
import { createRunRecord } from '../../../../services/shared/runs/run-record.ts';
import { configuration } from '../../../simulation/made-up-work.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

const ended: readonly RunEvent[] = [
  { kind: 'run-started', configuration: configuration(1) },
  { kind: 'limit-reached', limit: 'tokens', scope: 'run', ends: 'search', most: 10, used: 12 },
  { kind: 'run-completed', bestRound: 0, reason: 'limit' },
];

/** @param statuses as the manifest has them, one look after another; a pair: with what whoever led it writes at the end */
function setUp(statuses: readonly (RunStatus | readonly [RunStatus, 'closed'])[], later: readonly RunEvent[] = []) {
  const timing = createManualTiming();
  const logged = [...ended, ...later].map((event, place) => ({
    ...{ sequence: place + 1, timeMs: place, digest: '' },
    event: decodeProtoEvent(encodeEvent('r', event)),
  }));
  let looks = 0;
  async function* watchRun({ afterSequence }: { readonly afterSequence: number }) {
    for (const value of logged.slice(afterSequence)) yield { update: { $case: 'event', value } };
  }
  // The run's log is read after each look at its manifest, which looks too.
  const getRun = async () => {
    const status = statuses[Math.min(looks, statuses.length - 1)];
    looks += 1;
    const manifest = typeof status === 'object' ? { status: status[0], summary: {} } : { status };
    return { manifest, budgets: [] };
  };
  const record = createRunRecord('r');
  for (const entry of logged.slice(0, ended.length)) record.add(entry);
  const told: string[] = [];
  const source = { client: { address: 'here', watchRun, getRun } as unknown as ControlClient };
  const settled = untilSettled(source, record, ({ kind }) => told.push(kind), new AbortController().signal, timing);
  return { timing, record, told, settled, looks: () => looks };
}

test('waits until the manifest says that the run is over', async () => {
  const { timing, settled, looks } = setUp([RunStatus.RUNNING, RunStatus.RUNNING, RunStatus.RUNNING, RunStatus.COMPLETED]);
  await timing.advance(1_000);
  expect(await settled).toBe(true);
  expect(looks()).toBeGreaterThanOrEqual(4);
});

test('of one that goes on after its limit was raised, says that, and what has happened since', async () => {
  const { settled, told, record } = setUp([RunStatus.RUNNING], [{ kind: 'limits-raised' }]);
  expect(await settled).toBe(false);
  expect(told).toEqual(['limits-raised']);
  expect(record.isOver()).toBe(false);
});

test('of one that has gone on to another end, has all of its log', async () => {
  const { settled, told, record } = setUp(
    [[RunStatus.CANCELLED, 'closed']],
    [{ kind: 'limits-raised' }, { kind: 'run-cancelled', reason: 'x' }],
  );
  expect(await settled).toBe(true);
  expect(told).toEqual(['limits-raised', 'run-cancelled']);
  expect(record.isOver()).toBe(true);
});

test('does not wait for ever for a manifest that nobody writes', async () => {
  const { timing, settled } = setUp([RunStatus.RUNNING]);
  await timing.advance(11_000);
  expect(await settled).toBe(true);
});

test('of one that was cancelled, waits until whoever leads it has closed its account', async () => {
  const { timing, settled, looks } = setUp([RunStatus.CANCELLED, RunStatus.CANCELLED, [RunStatus.CANCELLED, 'closed']]);
  await timing.advance(1_000);
  expect(await settled).toBe(true);
  expect(looks()).toBeGreaterThanOrEqual(3);
});
