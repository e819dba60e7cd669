import { expect, test } from 'vitest';
import { untilUnderWay } from '../../../../services/coordinator/control/until-under-way.ts';
import type { ProgressListener } from '../../../../services/coordinator/coordinator.ts';
import { inVirtualTime } from '../../../support/virtual-clock.ts';

const present = {} as Parameters<ProgressListener>[0];
const waiting = {} as Parameters<ProgressListener>[1];

/** When it resolves, and whether it still listens then, where the run says these things, one each 100 ms. */
const afterNews = (...news: readonly Parameters<ProgressListener>[]) =>
  inVirtualTime(async (timing) => {
    let listeners = 0;
    const onProgress = (_: string, listener: ProgressListener) => {
      listeners += 1;
      for (const [place, each] of news.entries()) timing.after(100 * (place + 1), () => listener(...each));
      return () => {
        listeners -= 1;
      };
    };
    await untilUnderWay({ onProgress }, 'run', timing);
    return [timing.monotonicMs(), listeners];
  });

test('waits until a run has gone on from what was planned first, or waits for something, or is led by another', async () => {
  expect(await afterNews([present, undefined], [present, undefined])).toEqual([200, 0]);
  expect(await afterNews([undefined, waiting])).toEqual([100, 0]);
  expect(await afterNews([present, undefined])).toEqual([2_000, 0]);
  expect(await afterNews()).toEqual([2_000, 0]);
});
