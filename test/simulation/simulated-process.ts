import { sleepOn, type Timing } from '../../services/shared/lifecycle/timing.ts';

/**
 * A process of the simulated cluster, as the world knows it: what reaches it, and when it does. Its code runs in this process of
 * ours like any other; what makes it a process is that it can be stopped between any two things that happen to it.
 */
export interface SimulatedProcess {
  readonly name: string;
  /** Its own time: no timer of it fires while it is paused, nor once it is killed. */
  readonly timing: Timing;
  /** Aborts when it is killed: whoever serves it need not go on. */
  readonly gone: AbortSignal;
  /** Something reaches it from outside. It waits for a paused process, and is lost on one that was killed. */
  receive(event: () => void): void;
  /** As SIGSTOP does. */
  pause(): void;
  /** As SIGCONT does: all that has come meanwhile reaches it now, in order. */
  resume(): void;
  /** As SIGKILL does: from here on it does nothing. */
  kill(): void;
  /** Timers of its own that have not fired. */
  timers(): number;
}

/** @param aheadMs of the world's clock, by which its machine's is wrong */
export function createSimulatedProcess(name: string, time: Timing, aheadMs = 0): SimulatedProcess {
  const gone = new AbortController();
  const held: (() => void)[] = [];
  let isPaused = false;
  let timers = 0;

  const receive = (event: () => void): void => {
    if (gone.signal.aborted) return;
    if (isPaused) held.push(event);
    else event();
  };
  const after: Timing['after'] = (delayMs, action) => {
    let isSet = true;
    timers += 1;
    const clear = (): void => {
      if (isSet) timers -= 1;
      isSet = false;
    };
    const cancel = time.after(delayMs, () =>
      receive(() => {
        if (!isSet) return;
        clear();
        action();
      }),
    );
    return () => {
      clear();
      cancel();
    };
  };
  return {
    name,
    timing: { ...time, after, sleep: sleepOn(after), wallMs: () => time.wallMs() + aheadMs },
    gone: gone.signal,
    receive,
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      if (!isPaused) return;
      isPaused = false;
      // Each as an event of its own, since it may be paused again in between.
      for (const event of held.splice(0)) time.after(0, () => receive(event));
    },
    kill: () => {
      held.splice(0);
      gone.abort(new Error(`${name} was killed`));
    },
    timers: () => timers,
  };
}
