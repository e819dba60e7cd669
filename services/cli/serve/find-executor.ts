import { createBackoff } from '../../shared/lifecycle/backoff.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { BusError, NobodyListensError } from '../../shared/messaging/errors.ts';
import { answersTopic } from '../../shared/messaging/nats-permissions.ts';
import type { Talk, Talks } from '../../shared/messaging/talks.ts';
import { ServeError } from './serve-error.ts';

export interface FindExecutorSettings {
  readonly talks: Talks;
  readonly timing: Timing;
  /** In [0, 1). */
  readonly random: () => number;
}

/** As long as a rolling restart of executors may leave a cluster without one that listens. */
const noneWithinMs = 5_000;
const fullWithinMs = 10_000;

/**
 * An executor that has room, asked again and again for a few seconds.
 * @throws ServeError, or the signal's reason
 */
export async function findExecutor({ talks, timing, random }: FindExecutorSettings, signal: AbortSignal): Promise<Talk> {
  const beganMs = timing.monotonicMs();
  const backoff = createBackoff({ firstMs: 10, capMs: 500, jitter: { kind: 'around', random } });
  for (;;) {
    const talk = await begun(talks, signal);
    if (talk instanceof ServeError) {
      const withinMs = talk.status === 429 ? fullWithinMs : noneWithinMs;
      if (timing.monotonicMs() - beganMs > withinMs) throw talk;
      await timing.sleep(backoff.next(), signal);
    } else return talk;
  }
}

async function begun(talks: Talks, signal: AbortSignal): Promise<Talk | ServeError> {
  const headers = { 'retry-after': '5' };
  try {
    const talk = await talks.begin(answersTopic, signal);
    return (
      talk ?? new ServeError(429, 'executors_busy', 'every executor of the cluster gives as many answers as it may', { headers })
    );
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NobodyListensError) {
      const message = 'no executor of the cluster answers: start one, with SCALE_ANSWERS_AT_ONCE above 0';
      return new ServeError(503, 'no_executor', message, { headers });
    }
    if (!(error instanceof BusError)) throw error;
    return new ServeError(503, 'cluster_unreachable', `the cluster cannot be reached: ${error.problem}`, {
      headers,
      cause: error,
    });
  }
}
