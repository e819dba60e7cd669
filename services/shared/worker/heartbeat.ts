import { every, type Timing } from '../lifecycle/timing.ts';

export interface HeartbeatSettings {
  /** After this long without a heartbeat the server gives the job to another worker. */
  readonly ackWaitMs: number;
  readonly timing: Timing;
}

/**
 * Keeps a delivery alive from a timer, and gives it up: when no heartbeat has got through for ackWaitMs, another worker has the
 * job by now, so `lost` is called once and the work must stop. (A zombie's heartbeats would also prevent the second delivery,
 * which is why a worker that was paused must look at the clock before it sends one.)
 */
export function startHeartbeat(beat: () => Promise<void>, lost: () => void, settings: HeartbeatSettings): Disposable {
  const { ackWaitMs, timing } = settings;
  let lastBeat = timing.monotonicMs();
  let beating = false;
  const timer = every(timing, ackWaitMs / 4, () => {
    const started = timing.monotonicMs();
    if (started - lastBeat > ackWaitMs) {
      timer[Symbol.dispose]();
      lost();
      return;
    }
    if (beating) return;
    beating = true;
    beat()
      .then(
        () => {
          lastBeat = started;
        },
        // A beat that fails is retried by the next tick; the clock above decides when to give up.
        () => undefined,
      )
      .finally(() => {
        beating = false;
      });
  });
  return timer;
}
