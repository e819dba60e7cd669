import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { linked, onAbort, orAborted, pause, untilAborted, within } from '../../../../services/shared/lifecycle/abort.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

function abortable() {
  const controller = new AbortController();
  return { controller, signal: controller.signal, listeners: () => getEventListeners(controller.signal, 'abort').length };
}

describe('onAbort', () => {
  test('calls once when the signal aborts, and now if it has', () => {
    const { controller, signal, listeners } = abortable();
    const action = vi.fn();
    onAbort(signal, action);
    expect(action).not.toHaveBeenCalled();
    controller.abort();
    onAbort(signal, action);
    expect(action).toHaveBeenCalledTimes(2);
    expect(listeners()).toBe(0);
  });

  test('does not call once disposed, and leaves no listener behind', () => {
    const { controller, signal, listeners } = abortable();
    const action = vi.fn();
    onAbort(signal, action)[Symbol.dispose]();
    expect(listeners()).toBe(0);
    controller.abort();
    expect(action).not.toHaveBeenCalled();
  });
});

test('untilAborted resolves with the abort, and at once after it', async () => {
  const { controller, signal } = abortable();
  const waited = untilAborted(signal);
  controller.abort();
  await waited;
  await untilAborted(signal);
});

describe('orAborted', () => {
  test('gives what the work comes to, or throws its error, and leaves no listener behind', async () => {
    const { signal, listeners } = abortable();
    const work = Promise.withResolvers<number>();
    const result = orAborted(work.promise, signal);
    expect(listeners()).toBe(1);
    work.resolve(3);
    expect(await result).toBe(3);
    await expect(orAborted(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
    expect(listeners()).toBe(0);
  });

  test('throws the reason of the signal, and lets the work end unheard', async () => {
    const { controller, signal, listeners } = abortable();
    const work = Promise.withResolvers<number>();
    const result = orAborted(work.promise, signal);
    controller.abort(new Error('enough'));
    await expect(result).rejects.toThrow('enough');
    work.reject(new Error('late'));
    await expect(orAborted(Promise.resolve(1), signal)).rejects.toThrow('enough');
    expect(listeners()).toBe(0);
  });
});

describe('pause', () => {
  test('ends with the time or with the signal, and leaves neither timer nor listener behind', async () => {
    const timing = createManualTiming();
    const { controller, signal, listeners } = abortable();
    const first = pause(timing, 10, signal);
    await timing.advance(10);
    await first;
    expect(listeners()).toBe(0);
    const second = pause(timing, 10, signal);
    controller.abort(new Error('enough'));
    await second;
    await pause(timing, 10, signal);
    expect(timing.waiting()).toBe(0);
    expect(listeners()).toBe(0);
  });

  test('does not hide what is wrong with the clock', async () => {
    const timing = { ...createManualTiming(), sleep: () => Promise.reject(new Error('no clock')) };
    await expect(pause(timing, 10, abortable().signal)).rejects.toThrow('no clock');
  });
});

describe('linked', () => {
  test('aborts with the reason of the first, and lets go of all when its scope ends', () => {
    const [a, b] = [abortable(), abortable()];
    {
      using both = linked(a.signal, b.signal);
      b.controller.abort(new Error('b'));
      a.controller.abort(new Error('a'));
      expect(both.signal.reason).toMatchObject({ message: 'b' });
    }
    const [c, d] = [abortable(), abortable()];
    {
      using _both = linked(c.signal, d.signal);
      expect([c.listeners(), d.listeners()]).toEqual([1, 1]);
    }
    expect([c.listeners(), d.listeners()]).toEqual([0, 0]);
  });

  test('has aborted if one of its signals has', () => {
    const [a, b] = [abortable(), abortable()];
    b.controller.abort(new Error('b'));
    using both = linked(a.signal, b.signal);
    expect(both.signal.reason).toMatchObject({ message: 'b' });
  });
});

describe('within', () => {
  test('aborts with a TimeoutError when its time is over', async () => {
    const timing = createManualTiming();
    using limit = within(timing, 1_000);
    await timing.advance(999);
    expect(limit.signal.aborted).toBe(false);
    await timing.advance(1);
    expect(limit.signal.reason).toMatchObject({ name: 'TimeoutError', message: 'not done within 1000 ms' });
  });

  test('leaves no timer behind when its scope ends', () => {
    const timing = createManualTiming();
    {
      using _limit = within(timing, 600_000);
      expect(timing.waiting()).toBe(1);
    }
    expect(timing.waiting()).toBe(0);
  });
});
