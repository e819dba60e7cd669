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
  /** How long to try in vain before giving up, counted anew after each stream that has brought an event or has lasted. */
  readonly patienceMs: number;
  /** Called before each watch but the first, e.g. to repeat StartRun at a coordinator that has been started anew. */
  readonly onReconnect?: (signal: AbortSignal) => Promise<unknown>;
}

interface Attempt {
  readonly beganAt: number;
  /** The last event seen when it began. */
  readonly after: number;
  firstMessageAt: number | undefined;
}

const firstPauseMs = 200;
const longestPauseMs = 5_000;
/** A stream that has lasted for so long after its first message was a good one. */
const healthyAfterMs = 5_000;

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
  let failingSince: number | undefined;
  let pauseMs = firstPauseMs;
  const failed = (attempt: Attempt): boolean => {
    const now = performance.now();
    // A message alone is no sign of health: a stream may give progress, fail, and be asked again for ever.
    const hasLasted = now - (attempt.firstMessageAt ?? now) > healthyAfterMs || now - attempt.beganAt > watch.patienceMs;
    if (after > attempt.after || hasLasted) {
      failingSince = undefined;
      pauseMs = firstPauseMs;
    }
    failingSince ??= now;
    return now - failingSince > watch.patienceMs;
  };
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const attempt: Attempt = { beganAt: performance.now(), after, firstMessageAt: undefined };
    try {
      if (!isFirst) await watch.onReconnect?.(signal);
      for await (const { update } of client.watchRun(
        { runId: watch.runId, afterSequence: after, follow: watch.follow },
        signal,
      )) {
        attempt.firstMessageAt ??= performance.now();
        if (update?.$case === 'progress') yield { kind: 'progress', progress: update.value };
        if (update?.$case !== 'event' || update.value.sequence <= after) continue;
        after = update.value.sequence;
        yield { kind: 'event', logged: update.value };
      }
      if (!watch.follow || signal.aborted) return;
      // The run is not over: another stream goes on with it.
      failed(attempt);
      yield { kind: 'connection-lost', message: `the coordinator at ${client.address} ended the stream` };
    } catch (error) {
      const failure = controlErrorFrom('WatchRun', client.address, error);
      if (signal.aborted) return;
      const isLasting = failure.kind === 'not-found' || failure.kind === 'refused';
      if (failed(attempt) || isLasting) throw failure;
      yield { kind: 'connection-lost', message: failure.message };
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(longestPauseMs, pauseMs * 2);
  }
}
