import { getEventListeners } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { every, systemTiming } from '../../../../services/shared/lifecycle/timing.ts';
import { createManualTiming } from '../../../support/manual-timing.ts';

const never = new AbortController().signal;

describe.each([
  ['the system', () => ({ timing: systemTiming, pass: () => systemTiming.sleep(20, never) })],
  ['a manual clock', manual],
] as const)('the timing of %s', (_name, create) => {
  test('wakes a sleeper, and leaves no listener behind', async () => {
    const { timing, pass } = create();
    const { signal } = new AbortController();
    const slept = timing.sleep(5, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await pass();
    await slept;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('ends a sleep with the reason of its signal', async () => {
    const { timing } = create();
    const controller = new AbortController();
    const slept = timing.sleep(1_000_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(slept).rejects.toThrow('enough');
    await expect(timing.sleep(0, controller.signal)).rejects.toThrow('enough');
  });

  test('calls once after the delay, and not at all once that is cancelled', async () => {
    const { timing, pass } = create();
    const [called, cancelled] = [vi.fn(), vi.fn()];
    timing.after(5, called);
    timing.after(5, cancelled)();
    await pass();
    await pass();
    expect(called).toHaveBeenCalledTimes(1);
    expect(cancelled).not.toHaveBeenCalled();
  });
});

function manual() {
  const timing = createManualTiming();
  return { timing, pass: () => timing.advance(20) };
}

test('a delay that is longer than any timer of Node does not fire at once', async () => {
  vi.useFakeTimers();
  try {
    const called = vi.fn();
    const cancelled = vi.fn();
    const fortyDaysMs = 40 * 86_400_000;
    systemTiming.after(fortyDaysMs, called);
    const cancel = systemTiming.after(fortyDaysMs, cancelled);
    vi.advanceTimersByTime(30 * 86_400_000);
    expect(called).not.toHaveBeenCalled();
    cancel();
    vi.advanceTimersByTime(10 * 86_400_000);
    expect(called).toHaveBeenCalledTimes(1);
    expect(cancelled).not.toHaveBeenCalled();
  } finally {
    vi.useRealTimers();
  }
});

test('what is done at intervals ends when it is disposed of, also from within', async () => {
  const timing = createManualTiming();
  let calls = 0;
  const repeated = every(timing, 10, () => {
    calls += 1;
    if (calls === 3) repeated[Symbol.dispose]();
  });
  await timing.advance(25);
  expect(calls).toBe(2);
  await timing.advance(100);
  expect(calls).toBe(3);
  expect(timing.waiting()).toBe(0);
});
