import type { Waiting } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { ViewedWait } from './run-view.ts';

/**
 * What a run waits for, as its coordinator last reported, with the time since then added; or that the coordinator is out of
 * reach.
 */
export interface WaitClock {
  told(waiting: Waiting | undefined): void;
  /** The connection to the coordinator is lost. */
  lost(message: string): void;
  found(): void;
  now(): ViewedWait | undefined;
}

/** @param nowMs monotonic: the coordinator reports how long, not since when, so that no two clocks need agree */
export function createWaitClock(nowMs: () => number): WaitClock {
  let wait: { readonly told: Waiting; readonly atMs: number } | undefined;
  let away: { readonly message: string; readonly sinceMs: number } | undefined;
  return {
    told: (waiting) => {
      wait = waiting && { told: waiting, atMs: nowMs() };
    },
    lost: (message) => {
      away = { message, sinceMs: away?.sinceMs ?? nowMs() };
    },
    found: () => {
      away = undefined;
    },
    now() {
      const now = nowMs();
      if (away !== undefined) {
        const until = 'it is asked again until it answers, or the command gives up';
        return { kind: 'coordinator', what: away.message, until, waitedMs: now - away.sinceMs };
      }
      if (wait === undefined) return undefined;
      const { kind, what, until, waitedMs } = wait.told;
      return { kind, what, until, waitedMs: waitedMs + now - wait.atMs };
    },
  };
}
