import { every, type Timing } from '../../lifecycle/timing.ts';

export interface HeartbeatSettings {
  /** After this long without a heartbeat the server gives the job to another worker. */
  readonly ackWaitMs: number;
  readonly timing: Timing;
}

export interface Heartbeat extends Disposable {
  /** Gives the job up if it is another worker's by the clock: a process that stood still learns of it before its next call. */
  look(): void;
}

/**
 * Keeps a delivery alive from a timer, and gives it up: when no heartbeat has got through for ackWaitMs, another worker has the
 * job by now, so `lost` is called once and the work must stop. (A zombie's heartbeats would also prevent the second delivery,
 * which is why a worker that was paused must look at the clock before it sends one.)
 */
export function startHeartbeat(beat: () => Promise<void>, lost: () => void, settings: HeartbeatSettings): Heartbeat {
  const { ackWaitMs, timing } = settings;
  let lastBeat = timing.monotonicMs();
  let beating = false;
  let isGivenUp = false;
  const isLost = (): boolean => {
    if (isGivenUp || timing.monotonicMs() - lastBeat <= ackWaitMs) return isGivenUp;
    isGivenUp = true;
    timer[Symbol.dispose]();
    lost();
    return true;
  };
  const timer = every(timing, ackWaitMs / 4, () => {
    const started = timing.monotonicMs();
    if (isLost() || beating) return;
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
  return { look: () => void isLost(), [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
