import { orAborted, within } from '../../lifecycle/abort.ts';
import { createBackoff } from '../../lifecycle/backoff.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import { EndpointError, ServerRefusal } from '../endpoint-errors.ts';
import { answerWithout, type BatchAnswer, isOver, readBatchAnswers } from './batch-answers.ts';
import type { Batch, BatchApi } from './batch-api.ts';
import { type BatchSettings, windowMs } from './batched-call.ts';

/** Waits for batches, each of them once, however many of its calls are waited for. */
export interface BatchFollower {
  /** @throws ServerRefusal, EndpointError, ConnectionError, or the signal's reason; the batch goes on whatever happens here */
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

export function createBatchFollower(api: BatchApi, endpoint: string, settings: BatchSettings, timing: Timing): BatchFollower {
  const closing = new AbortController();
  const followed = new Map<string, { readonly answers: Promise<Answers>; readonly stop: AbortController; waiters: number }>();

  const wait = async (batchId: string, signal: AbortSignal): Promise<Batch> => {
    const giveUpMs = timing.monotonicMs() + windowMs(settings) + graceMs;
    const backoff = createBackoff({ firstMs: Math.min(firstPauseMs, settings.pollMs), factor: 1.5, capMs: settings.pollMs });
    for (;;) {
      const batch = await api.get(batchId, signal).catch((error: unknown) => {
        // It is not known now; whoever refuses in words is not asked on and on.
        if (signal.aborted || (error instanceof ServerRefusal && isFinal(error))) throw error;
        return undefined;
      });
      if (batch !== undefined && isOver(batch)) return batch;
      if (timing.monotonicMs() > giveUpMs) {
        using limit = within(timing, cancelMs);
        await api.cancel(batchId, limit.signal).catch(() => undefined);
        throw new EndpointError('timeout', endpoint, `the batch ${batchId} was not over within ${settings.window} and an hour`);
      }
      await timing.sleep(backoff.next(), signal);
    }
  };
  const fetched = async (batchId: string, signal: AbortSignal): Promise<Answers> => {
    const batch = await wait(batchId, signal);
    const files = [batch.outputFileId, batch.errorFileId].flatMap((id) => id ?? []);
    const answers = readBatchAnswers(await Promise.all(files.map((id) => api.content(id, signal))));
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

function isFinal({ answer: { status = 0 } }: ServerRefusal): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 409 && status !== 429;
}
