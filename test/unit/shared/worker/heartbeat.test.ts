import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHeartbeat } from '../../../../services/shared/worker/heartbeat.ts';

describe('a heartbeat', () => {
  const ackWaitMs = 1000;
  let now = 0;
  const clock = { monotonicMs: () => now };
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 50) {
      now += 50;
      await vi.advanceTimersByTimeAsync(50);
    }
  };

  beforeEach(() => {
    now = 0;
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });
  afterEach(() => vi.useRealTimers());

  it('beats four times in each ack time, and never after it was disposed', async () => {
    const beat = vi.fn(async () => undefined);
    const heartbeat = startHeartbeat(beat, () => undefined, { ackWaitMs, clock });
    await pass(2000);
    expect(beat).toHaveBeenCalledTimes(8);
    heartbeat[Symbol.dispose]();
    await pass(2000);
    expect(beat).toHaveBeenCalledTimes(8);
  });

  it('survives beats that fail for less than the ack time', async () => {
    let failing = false;
    const lost = vi.fn();
    using _heartbeat = startHeartbeat(() => (failing ? Promise.reject(new Error('away')) : Promise.resolve()), lost, {
      ackWaitMs,
      clock,
    });
    await pass(500);
    failing = true;
    await pass(900);
    failing = false;
    await pass(3000);
    expect(lost).not.toHaveBeenCalled();
  });

  it('gives the job up once when no beat got through for the ack time', async () => {
    const lost = vi.fn();
    using _heartbeat = startHeartbeat(() => Promise.reject(new Error('away')), lost, { ackWaitMs, clock });
    await pass(5000);
    expect(lost).toHaveBeenCalledTimes(1);
  });

  it('sends no beat after the process was asleep for longer than the ack time', async () => {
    const beat = vi.fn(async () => undefined);
    const lost = vi.fn();
    using _heartbeat = startHeartbeat(beat, lost, { ackWaitMs, clock });
    now += 60_000;
    await vi.advanceTimersByTimeAsync(250);
    expect(beat).not.toHaveBeenCalled();
    expect(lost).toHaveBeenCalledTimes(1);
  });
});
