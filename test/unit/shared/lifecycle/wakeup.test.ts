import { expect, it } from 'vitest';
import { createWakeup } from '../../../../services/shared/lifecycle/wakeup.ts';

it('wakes a loop that waits', async () => {
  const wakeup = createWakeup(new AbortController().signal);
  const waiting = wakeup.wait();
  wakeup.wake();
  await expect(waiting).resolves.toBeUndefined();
});

it('keeps a wake that came while nobody waited, for one wait', async () => {
  const wakeup = createWakeup(new AbortController().signal);
  wakeup.wake();
  wakeup.wake();
  await wakeup.wait();
  let woken = false;
  const second = wakeup.wait().then(() => {
    woken = true;
  });
  await Promise.resolve();
  expect(woken).toBe(false);
  wakeup.wake();
  await second;
});

it('wakes at an abort, and never waits after one', async () => {
  const controller = new AbortController();
  const wakeup = createWakeup(controller.signal);
  const waiting = wakeup.wait();
  controller.abort();
  await waiting;
  await wakeup.wait();
});
