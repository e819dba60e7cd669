import { orAborted, within } from '../../lifecycle/abort.ts';
import { createBackoff } from '../../lifecycle/backoff.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import { EndpointError, ServerRefusal } from '../errors/endpoint-errors.ts';
import { type BatchSettings, windowMs } from '../settings/batched-call.ts';
import {
  answerWithout,
  type BatchAnswer,
  isCrowdedOut,
  isOver,
  isUnwritten,
  readBatchAnswers,
  refusalOfBatch,
} from './batch-answers.ts';
import type { Batch, BatchApi } from './batch-api.ts';

/** Waits for batches, each of them once, however many of its calls are waited for. */
export interface BatchFollower {
  /** @throws BatchRefusal, EndpointError, ConnectionError, or the signal's reason; the batch goes on whatever happens here */
  answer(batchId: string, customId: string, signal: AbortSignal): Promise<BatchAnswer>;
  close(): void;
}

type Answers = (customId: string) => BatchAnswer;

const firstPauseMs = 1_000;
/** A provider may be late by this much before the batch is given up. */
const graceMs = 3_600_000;
/** Of batches that are over, for calls that are taken up again later. */
const mostKept = 4;
const cancelMs = 30_000;
/** For that long, a provider may not know yet what it has just made, or not show replies that it says to have. */
const settlingMs = 10 * 60_000;
/** Cancelling takes up to ten minutes at OpenAI; what was answered by then is there, and paid for. */
const cancellingMs = 20 * 60_000;
/** Until another batch is made where the provider's queue had no room for one. */
const crowded = { firstMs: 60_000, capMs: 15 * 60_000 };

export function createBatchFollower(api: BatchApi, endpoint: string, settings: BatchSettings, timing: Timing): BatchFollower {
  const closing = new AbortController();
  const room = createBackoff(crowded);
  const followed = new Map<string, { readonly answers: Promise<Answers>; readonly stop: AbortController; waiters: number }>();

  const wait = async (batchId: string, signal: AbortSignal): Promise<Batch> => {
    const beganMs = timing.monotonicMs();
    let giveUpMs = beganMs + windowMs(settings) + graceMs;
    let isCancelled = false;
    const pauses = pausesBetweenLooks();
    for (;;) {
      const batch = await patiently((asked) => api.get(batchId, asked), signal, giveUpMs);
      const nowMs = timing.monotonicMs();
      const isWhole = batch === undefined || !isUnwritten(batch) || nowMs > beganMs + settlingMs;
      if (batch !== undefined && isOver(batch) && isWhole) return batch;
      if (nowMs > giveUpMs) {
        if (isCancelled) {
          const late = `the batch ${batchId} was not over within ${settings.window} and an hour`;
          throw new EndpointError('timeout', endpoint, late, { ofBatch: true });
        }
        using limit = within(timing, cancelMs);
        await api.cancel(batchId, limit.signal).catch(() => undefined);
        [isCancelled, giveUpMs] = [true, nowMs + cancellingMs];
      }
      await timing.sleep(pauses.next(), signal);
    }
  };
  const pausesBetweenLooks = () =>
    createBackoff({ firstMs: Math.min(firstPauseMs, settings.pollMs), factor: 1.5, capMs: settings.pollMs });
  /**
   * Asks until there is an answer, unless the provider refuses in words: whoever does is not asked on and on.
   * @returns undefined once it is later than that
   */
  const patiently = async <T>(
    ask: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
    untilMs = Number.POSITIVE_INFINITY,
  ) => {
    const beganMs = timing.monotonicMs();
    for (const pauses = pausesBetweenLooks(); ; ) {
      try {
        return await ask(signal);
      } catch (error) {
        const nowMs = timing.monotonicMs();
        const isUnknown = error instanceof ServerRefusal && error.answer.status === 404 && nowMs < beganMs + settlingMs;
        if (signal.aborted || (isRefusedInWords(error) && !isUnknown)) throw error;
        if (nowMs > untilMs) return undefined;
      }
      await timing.sleep(pauses.next(), signal);
    }
  };
  const fetched = async (batchId: string, signal: AbortSignal): Promise<Answers> => {
    const batch = await wait(batchId, signal);
    if (batch.status === 'failed') throw refusalOfBatch(batch, isCrowdedOut(batch) ? room.next() : undefined);
    room.reset();
    const files = [batch.outputFileId, batch.errorFileId].flatMap((id) => id ?? []);
    const contents = await Promise.all(files.map((id) => patiently((asked) => api.content(id, asked), signal)));
    const answers = readBatchAnswers(contents.map((content) => content ?? ''));
    return (customId) => answers.get(customId) ?? answerWithout(batch);
  };
  const follow = (batchId: string) => {
    const stop = new AbortController();
    const entry = { answers: fetched(batchId, AbortSignal.any([stop.signal, closing.signal])), stop, waiters: 0 };
    followed.set(batchId, entry);
    entry.answers.then(
      () => {
        const over = [...followed].filter(([, { waiters }]) => waiters === 0);
        for (const [id] of over.slice(0, Math.max(0, followed.size - mostKept))) followed.delete(id);
      },
      () => {
        if (followed.get(batchId) === entry) followed.delete(batchId);
      },
    );
    return entry;
  };

  return {
    async answer(batchId, customId, signal) {
      const entry = followed.get(batchId) ?? follow(batchId);
      entry.waiters += 1;
      let answers: Answers | undefined;
      try {
        answers = await orAborted(entry.answers, signal);
        return answers(customId);
      } finally {
        entry.waiters -= 1;
        if (answers === undefined && entry.waiters === 0) {
          entry.stop.abort(new Error('nobody waits for the batch here'));
          if (followed.get(batchId) === entry) followed.delete(batchId);
        }
      }
    },
    close: () => closing.abort(new Error('the endpoint is closed')),
  };
}

/** As opposed to a breakdown, or a wish for fewer calls. */
export function isRefusedInWords(error: unknown): boolean {
  if (!(error instanceof ServerRefusal)) return false;
  const { status = 0 } = error.answer;
  return status >= 400 && status < 500 && status !== 408 && status !== 409 && status !== 429;
}
