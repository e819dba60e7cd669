import { randomUUID } from 'node:crypto';
import { defined } from '../../../domain/defined.ts';
import type { CallAttempt } from '../../../domain/run/ledger/call-attempt.ts';
import type { ModelCall } from '../../contracts/generated/scale/v1/result.ts';
import { usageFromProto } from '../../contracts/result-codec.ts';
import { callAttemptToProto } from '../../contracts/spending-codec.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import type { AttemptMeter } from '../../models/attempt-meter.ts';
import type { SpendingWriter } from './spending-writer.ts';

/** What one delivery of a job costs, noted beside the log. */
export interface JobAccount extends AttemptMeter {
  /** The journal has answered this call: the worker that made it may have died before it could note the cost. */
  replayed(call: ModelCall): void;
  /** The response cache has answered this call, so that it costs nothing. The note's id, for the journal. */
  cached(call: ModelCall): string;
  /** Resolves when all notes are stored; to be awaited before the result is stored. @throws if it cannot be recorded */
  settled(): Promise<void>;
}

/** Long enough that no two deliveries of a job share it, short enough to be in each of their notes. */
const randomId = (): string => randomUUID().slice(0, 13);

/**
 * An attempt is sent once its note is stored, a few milliseconds later, so that it is known to be lost if its worker dies,
 * whatever dies with it.
 *
 * A journaled call carries the id of its attempt: so whoever charges it can note its end once more, and no order of crashes makes
 * a call both charged and lost.
 *
 * @param sending is called right before each attempt is sent, and may give the job up
 */
export function openJobAccount(
  writer: SpendingWriter,
  { runId, jobId }: { readonly runId: string; readonly jobId: string },
  { monotonicMs }: Pick<Timing, 'monotonicMs'>,
  newId: () => string = randomId,
  sending: () => void = () => undefined,
): JobAccount {
  // Not the server's count of deliveries: that starts again when a job is queued again.
  const delivery = newId();
  const ends = new Set<string>();
  const notes: Promise<void>[] = [];
  let attempts = 0;
  const note = (attempt: CallAttempt): Promise<void> => {
    const stored = writer.note(runId, callAttemptToProto(attempt));
    // Reported by settled(); without this, a failure before that would end the process.
    stored.catch(() => undefined);
    notes.push(stored);
    return stored;
  };
  const noteEnd = (attempt: CallAttempt): void => {
    ends.add(attempt.attemptId);
    void note(attempt);
  };
  const meterOf = (ofJob: string): AttemptMeter => ({
    async begin({ callId, model, batched }, prompt) {
      attempts += 1;
      const attempt = { attemptId: `${delivery}/${attempts}`, jobId: ofJob, callId, model };
      await batched?.gather(attempt.attemptId);
      await note({ ...attempt, state: 'begun', usage: prompt, usageEstimated: true });
      const sentMs = monotonicMs();
      return {
        ...{ id: attempt.attemptId, sending },
        ended: (state, usage, usageEstimated) => {
          const tookMs = batched === undefined ? Math.round(monotonicMs() - sentMs) : undefined;
          noteEnd({ ...attempt, state, usage, usageEstimated, ...defined({ tookMs }) });
        },
      };
    },
  });
  return {
    ...meterOf(jobId),
    resume: ({ callId, model }, attemptId) => ({
      ...{ id: attemptId, sending },
      ended: (state, usage, usageEstimated) => noteEnd({ attemptId, jobId, callId, model, state, usage, usageEstimated }),
    }),
    preflight: meterOf(''),
    replayed({ attemptId, callId, model, usage, usageEstimated, fromCache = false }) {
      // From a journal older than these notes, or noted by this delivery itself before it had to start again.
      if (attemptId === '' || ends.has(attemptId)) return;
      const state = fromCache ? 'cached' : 'answered';
      noteEnd({ attemptId, jobId, callId, model, state, usage: usageFromProto(usage), usageEstimated });
    },
    cached({ callId, model, usage, usageEstimated }) {
      attempts += 1;
      const attemptId = `${delivery}/${attempts}`;
      noteEnd({ attemptId, jobId, callId, model, state: 'cached', usage: usageFromProto(usage), usageEstimated });
      return attemptId;
    },
    settled: async () => void (await Promise.all(notes)),
  };
}
