import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggedEvent, Progress } from '../contracts/generated/scale/v1/control.ts';
import type { ControlClient } from './control-client.ts';
import { controlErrorFrom } from './control-error.ts';

export type WatchUpdate =
  | { readonly kind: 'event'; readonly logged: LoggedEvent }
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** The connection is lost and is being made again; nothing is missed. */
  | { readonly kind: 'connection-lost'; readonly message: string };

export interface ReliableWatch {
  readonly runId: string;
  readonly afterSequence: number;
  readonly follow: boolean;
  /** How long to try in vain before giving up, counted anew after each message. */
  readonly patienceMs: number;
  /** Called before each watch but the first, e.g. to repeat StartRun at a coordinator that has been started anew. */
  readonly onReconnect?: (signal: AbortSignal) => Promise<unknown>;
}

const firstPauseMs = 200;
const longestPauseMs = 5_000;

/**
 * Watches a run through lost connections: each new stream asks for what comes after the last event seen, so the consumer gets
 * every event once and in order. With follow it ends when the server ends the stream after an event; the caller stops earlier
 * by leaving the loop or aborting.
 * @throws ControlError if the run is not there, or nothing is reached for patienceMs
 */
export async function* watchReliably(
  client: ControlClient,
  watch: ReliableWatch,
  signal: AbortSignal,
): AsyncGenerator<WatchUpdate> {
  let after = watch.afterSequence;
  let lastSign = performance.now();
  let pauseMs = firstPauseMs;
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      if (attempt > 0) await watch.onReconnect?.(signal);
      for await (const { update } of client.watchRun(
        { runId: watch.runId, afterSequence: after, follow: watch.follow },
        signal,
      )) {
        lastSign = performance.now();
        pauseMs = firstPauseMs;
        if (update?.$case === 'progress') yield { kind: 'progress', progress: update.value };
        if (update?.$case !== 'event' || update.value.sequence <= after) continue;
        after = update.value.sequence;
        yield { kind: 'event', logged: update.value };
      }
      if (!watch.follow || signal.aborted) return;
      // A coordinator that drains ends its streams in good order; the run is not over, the next one takes it up.
      yield { kind: 'connection-lost', message: `the coordinator at ${client.address} ended the stream` };
    } catch (error) {
      const failure = controlErrorFrom('WatchRun', client.address, error);
      if (signal.aborted) return;
      const isLasting = failure.kind === 'not-found' || failure.kind === 'refused';
      if (isLasting || performance.now() - lastSign > watch.patienceMs) throw failure;
      yield { kind: 'connection-lost', message: failure.message };
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}
