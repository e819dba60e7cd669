import { beforeEach, describe, expect, it, vi } from 'vitest';
import { startHeartbeat } from '../../../../../services/shared/worker/delivery/heartbeat.ts';
import { createManualTiming, type ManualTiming } from '../../../../support/manual-timing.ts';

describe('a heartbeat', () => {
  const ackWaitMs = 1000;
  let timing: ManualTiming;

  beforeEach(() => {
    timing = createManualTiming();
  });

  it('beats four times in each ack time, and never after it was disposed', async () => {
    const beat = vi.fn(async () => undefined);
    const heartbeat = startHeartbeat(beat, () => undefined, { ackWaitMs, timing });
    await timing.advance(2000);
    expect(beat).toHaveBeenCalledTimes(8);
    heartbeat[Symbol.dispose]();
    await timing.advance(2000);
    expect(beat).toHaveBeenCalledTimes(8);
  });

  it('survives beats that fail for less than the ack time', async () => {
    let failing = false;
    const lost = vi.fn();
    using _heartbeat = startHeartbeat(() => (failing ? Promise.reject(new Error('away')) : Promise.resolve()), lost, {
      ackWaitMs,
      timing,
    });
    await timing.advance(500);
    failing = true;
    await timing.advance(900);
    failing = false;
    await timing.advance(3000);
    expect(lost).not.toHaveBeenCalled();
  });

  it('gives the job up once when no beat got through for the ack time', async () => {
    const lost = vi.fn();
    using _heartbeat = startHeartbeat(() => Promise.reject(new Error('away')), lost, { ackWaitMs, timing });
    await timing.advance(5000);
    expect(lost).toHaveBeenCalledTimes(1);
  });

  it('sends no beat after the process was asleep for longer than the ack time', async () => {
    const beat = vi.fn(async () => undefined);
    const lost = vi.fn();
    using _heartbeat = startHeartbeat(beat, lost, { ackWaitMs, timing });
    timing.stop(60_000);
    await timing.advance(250);
    expect(beat).not.toHaveBeenCalled();
    expect(lost).toHaveBeenCalledTimes(1);
  });

  it('gives the job up when it is looked at before the next beat is due, and only once', async () => {
    const lost = vi.fn();
    using heartbeat = startHeartbeat(async () => undefined, lost, { ackWaitMs, timing });
    heartbeat.look();
    expect(lost).not.toHaveBeenCalled();
    timing.stop(60_000);
    heartbeat.look();
    heartbeat.look();
    await timing.advance(1000);
    expect(lost).toHaveBeenCalledTimes(1);
  });
});
