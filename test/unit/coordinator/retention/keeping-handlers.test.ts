import { describe, expect, test } from 'vitest';
import { termsOf } from '../../../../services/coordinator/limits/budget-terms.ts';
import { createKeepingHandlers } from '../../../../services/coordinator/retention/keeping-handlers.ts';
import type { SweepEvent } from '../../../../services/domain/sweep/sweep-event.ts';
import { noLimits } from '../../../../services/shared/config/run-limits.ts';
import { RunStatus } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import { encodeSweepEvent } from '../../../../services/shared/contracts/sweep-codec.ts';
import { createInMemoryServer } from '../../../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { runLease } from '../../../../services/shared/messaging/run-lease.ts';
import { runManifest, runMemory } from '../../../support/bus-messages.ts';
import * as sweepCell from '../../domain/sweep/made-up-sweep.ts';

const never = new AbortController().signal;

async function begin() {
  const bus = createInMemoryServer().connect();
  const ended = (runId: string, more = {}) => bus.runs.put({ ...runManifest(runId, RunStatus.COMPLETED), ...more });
  await ended('search');
  await ended('test-of-it', { ofRun: 'search' });
  await ended('another');
  await bus.memory.keep(runMemory('search', 'q'));
  const handlers = createKeepingHandlers(bus, 'coordinator');
  const left = async () => (await bus.runs.list()).map(({ runId }) => runId);
  return { bus, ended, handlers, left };
}

describe('deleting runs', () => {
  test('takes the evaluations of their workflows along, says so, and leaves the rest', async () => {
    const { handlers, left } = await begin();
    const request = { runIds: ['search'], dryRun: true };
    const planned = await handlers.deleteRuns(request, never);
    expect(planned.runs).toEqual([
      { runId: 'test-of-it', becauseOf: 'search', memory: false },
      { runId: 'search', memory: true },
    ]);
    expect(await left()).toHaveLength(3);
    expect(await handlers.deleteRuns({ ...request, dryRun: false }, never)).toEqual(planned);
    expect(await left()).toEqual(['another']);
  });

  test('takes an evaluation before its run also where both are named, in whichever order', async () => {
    const { handlers } = await begin();
    const request = { runIds: ['another', 'search', 'test-of-it'], dryRun: true };
    const { runs } = await handlers.deleteRuns(request, never);
    expect(runs.map(({ runId }) => runId)).toEqual(['another', 'test-of-it', 'search']);
  });

  test('lets a run that is started under the same id spend its limits anew', async () => {
    const { bus, handlers } = await begin();
    const spent = [{ part: 'search', amount: { tokens: 5, calls: 1, money: 0 } }];
    const terms = termsOf({ ...noLimits, tokens: 9 }, false);
    await bus.budgets.update('run-search', (table) => ({ ...table, terms, gone: spent }));
    await handlers.deleteRuns({ runIds: ['search'], dryRun: false }, never);
    const left = await bus.budgets.update('run-search', (table) => table);
    expect([left.terms, left.gone]).toEqual([undefined, []]);
  });

  test('is refused as a whole where one of them is being worked on, or is not there', async () => {
    const { bus, handlers, left } = await begin();
    const lease = await bus.leases.acquire(runLease('another'), 'its leader');
    const both = handlers.deleteRuns({ runIds: ['search', 'another'], dryRun: false }, never);
    await expect(both).rejects.toThrow('run another is being worked on: end it with `scale cancel another` first');
    await lease?.release();
    await expect(handlers.deleteRuns({ runIds: ['search', 'nope'], dryRun: false }, never)).rejects.toThrow(
      'there is no run nope',
    );
    expect(await left()).toHaveLength(3);
  });

  test('is refused for a cell of a sweep that has not ended', async () => {
    const { bus, ended, handlers } = await begin();
    await ended('cell', { sweepId: 's1' });
    let last = 0;
    const write = async (...events: readonly SweepEvent[]) => {
      for (const event of events) last = await bus.sweeps.append('s1', encodeSweepEvent('s1', event), last);
    };
    await write(sweepCell.defined(['cell']), sweepCell.started('cell'));
    const remove = () => handlers.deleteRuns({ runIds: ['cell'], dryRun: false }, never);
    await expect(remove()).rejects.toThrow('run cell is a cell of the sweep s1, which has not ended');
    await write(sweepCell.ended('cell'));
    expect((await remove()).runs).toHaveLength(1);
  });
});

describe('labels', () => {
  test('are added and removed, each once, and a run without any has none', async () => {
    const { bus, handlers } = await begin();
    const change = (add: string[], remove: string[] = []) => handlers.setLabels({ runId: 'search', add, remove });
    expect(await change(['nightly', 'paper=v2', 'nightly'])).toEqual({ labels: { words: ['nightly', 'paper=v2'] } });
    expect(await change(['a'], ['nightly'])).toEqual({ labels: { words: ['a', 'paper=v2'] } });
    await change([], ['a', 'paper=v2']);
    expect((await bus.runs.get('search'))?.labels).toBeUndefined();
  });

  test('are words: anything else, too many, and unknown runs are refused', async () => {
    const { handlers } = await begin();
    const add = (words: string[], runId = 'search') => handlers.setLabels({ runId, add: words, remove: [] });
    for (const bad of ['', 'two words', '-x', 'x'.repeat(64), 'a,b', 'a\n']) {
      await expect(add([bad])).rejects.toThrow('cannot be used');
    }
    await expect(add(Array.from({ length: 33 }, (_, index) => `l${index}`))).rejects.toThrow('at most 32 labels');
    await expect(add(['x'], 'nope')).rejects.toThrow('there is no run nope');
  });
});
