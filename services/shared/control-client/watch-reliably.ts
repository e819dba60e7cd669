import type { LoggedEvent, Progress } from '../contracts/generated/scale/v1/control.ts';
import { pause } from '../lifecycle/abort.ts';
import { createBackoff } from '../lifecycle/backoff.ts';
import { systemTiming, type Timing } from '../lifecycle/timing.ts';
import type { ControlClient } from './control-client.ts';
import { controlErrorFrom, isLasting } from './control-error.ts';

export type WatchUpdate =
  | { readonly kind: 'event'; readonly logged: LoggedEvent }
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** What people should know and is not in the log. */
  | { readonly kind: 'notice'; readonly message: string }
  /**
   * What was given so far is no longer the beginning of the log, and must be forgotten: the log comes again from its first event.
   */
  | { readonly kind: 'restarted' }
  /** The connection is lost and is being re-established; nothing is missed. */
  | { readonly kind: 'connection-lost'; readonly message: string };

export interface ReliableWatch {
  readonly runId: string;
  readonly afterSequence: number;
  /** LoggedEvent.digest of the last event that the caller has. Default: none, which goes by the sequence. */
  readonly afterDigest?: string;
  readonly follow: boolean;
  /** How long to try before giving up, counted afresh after each stream that has brought an event or has lasted. */
  readonly patienceMs: number;
  /** Called before each watch but the first, e.g. to repeat StartRun at a coordinator that has been restarted. */
  readonly onReconnect?: (signal: AbortSignal) => Promise<unknown>;
}

interface WatchedStream {
  readonly beganAt: number;
  firstMessageAt: number | undefined;
}

const firstPauseMs = 200;
const longestPauseMs = 5_000;
/** A stream that has lasted this long after its first message was a good one. */
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
  timing: Timing = systemTiming,
): AsyncGenerator<WatchUpdate> {
  let after = watch.afterSequence;
  let digest = watch.afterDigest ?? '';
  const noticed = new Set<string>();
  let gained = false;
  let failingSince: number | undefined;
  const backoff = createBackoff({ firstMs: firstPauseMs, capMs: longestPauseMs });
  const failed = (stream: WatchedStream): boolean => {
    const now = timing.monotonicMs();
    // A message alone is not a sign of health: a stream may give progress, fail, and be asked again for ever.
    const hasLasted = now - (stream.firstMessageAt ?? now) > healthyAfterMs || now - stream.beganAt > watch.patienceMs;
    if (gained || hasLasted) {
      failingSince = undefined;
      backoff.reset();
    }
    failingSince ??= now;
    return now - failingSince > watch.patienceMs;
  };
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const stream: WatchedStream = { beganAt: timing.monotonicMs(), firstMessageAt: undefined };
    gained = false;
    try {
      if (!isFirst) await watch.onReconnect?.(signal);
      for await (const { update } of client.watchRun(
        { runId: watch.runId, afterSequence: after, afterDigest: digest, follow: watch.follow },
        signal,
      )) {
        stream.firstMessageAt ??= timing.monotonicMs();
        if (update?.$case === 'progress') yield { kind: 'progress', progress: update.value };
        if (update?.$case === 'notice' && !noticed.has(update.value.message)) {
          noticed.add(update.value.message);
          yield { kind: 'notice', message: update.value.message };
        }
        if (update?.$case === 'restarted') {
          [after, digest] = [0, ''];
          yield { kind: 'restarted' };
        }
        if (update?.$case !== 'event') continue;
        // A coordinator that does not know digests goes by the sequence, and may repeat some events.
        if (update.value.digest === '' && update.value.sequence <= after) continue;
        after = update.value.sequence;
        digest = update.value.digest;
        gained = true;
        yield { kind: 'event', logged: update.value };
      }
      if (!watch.follow || signal.aborted) return;
      // The run is not over: another stream continues it.
      failed(stream);
      yield { kind: 'connection-lost', message: `the coordinator at ${client.address} ended the stream` };
    } catch (error) {
      const failure = controlErrorFrom('WatchRun', client.address, error);
      if (signal.aborted) return;
      if (failed(stream) || isLasting(failure)) throw failure;
      yield { kind: 'connection-lost', message: failure.message };
    }
    await pause(timing, backoff.next(), signal);
  }
}
