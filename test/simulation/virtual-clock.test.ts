import { describe, expect, test } from 'vitest';
import { createVirtualClock, StandstillError } from '../support/virtual-clock.ts';

const never = new AbortController().signal;

describe('the virtual clock', () => {
  test('wakes sleepers in the order of their times, and those of one time in the order in which they lay down', async () => {
    const { timing, until } = createVirtualClock();
    const woken: string[] = [];
    const sleep = async (name: string, durationMs: number): Promise<void> => {
      await timing.sleep(durationMs, never);
      woken.push(`${name} at ${timing.monotonicMs()}`);
    };
    await until(Promise.all([sleep('a', 20), sleep('b', 10), sleep('c', 20), sleep('d', 0), sleep('e', 10)]));
    expect(woken).toEqual(['d at 0', 'b at 10', 'e at 10', 'a at 20', 'c at 20']);
  });

  test('lets everything that a timer sets off run to its end before the next one fires, however many promises it takes', async () => {
    const { timing, until } = createVirtualClock();
    const seen: string[] = [];
    const chain = async (): Promise<void> => {
      await timing.sleep(1, never);
      for (let link = 0; link < 5_000; link += 1) await undefined;
      seen.push(`chain at ${timing.monotonicMs()}`);
    };
    const next = async (): Promise<void> => {
      await timing.sleep(1, never);
      await timing.sleep(0, never);
      seen.push(`next at ${timing.monotonicMs()}`);
    };
    await until(Promise.all([chain(), next()]));
    expect(seen).toEqual(['chain at 1', 'next at 1']);
  });

  test('takes no time for a day, and counts the day', async () => {
    const { timing, until } = createVirtualClock();
    const [wallMs, began] = [timing.wallMs(), performance.now()];
    await until(timing.sleep(86_399_999, never));
    expect([timing.monotonicMs(), timing.wallMs() - wallMs]).toEqual([86_399_999, 86_399_999]);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  test('rejects a sleep with the reason of its signal, fires no timer that was taken back, and counts those that wait', async () => {
    const { timing, until, pending } = createVirtualClock();
    const stop = new AbortController();
    const sleeping = timing.sleep(1_000, stop.signal).catch((error: unknown) => `${error} at ${timing.monotonicMs()}`);
    const fired: string[] = [];
    const cancel = timing.after(500, () => fired.push('taken back'));
    timing.after(5, () => {
      cancel();
      cancel();
      stop.abort('the end');
    });
    expect(pending()).toBe(3);
    expect(await until(sleeping)).toBe('the end at 5');
    expect([fired, pending()]).toEqual([[], 0]);
  });

  test('says that nothing is left to happen, or that too much has to, instead of waiting for ever', async () => {
    const { timing, until } = createVirtualClock();
    await expect(until(new Promise(() => undefined))).rejects.toThrow(StandstillError);
    const tick = (): void => void timing.after(1_000, tick);
    tick();
    await expect(until(new Promise(() => undefined), 60_000)).rejects.toThrow('it has not happened within 60000 ms');
    // What was too late for one is not lost for the next.
    expect(await until(timing.sleep(2_000, never).then(() => timing.monotonicMs()))).toBe(62_000);
    await expect(until(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
  });

  test('hands an error that a timer throws to whoever waits', async () => {
    const { timing, until } = createVirtualClock();
    timing.after(1, () => {
      throw new Error('a defect');
    });
    await expect(until(timing.sleep(2, never))).rejects.toThrow('a defect');
  });
});
