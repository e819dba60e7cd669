import type { CallAttempt } from '../../contracts/generated/scale/v1/spending.ts';
import { schemaVersion } from '../../contracts/read-message.ts';
import type { Bus } from '../../messaging/bus.ts';

/** Notes what calls cost, for all jobs of a worker. */
export interface SpendingWriter {
  /** Resolves when it is stored. */
  note(runId: string, attempt: CallAttempt): Promise<void>;
}

interface Batch {
  readonly attempts: CallAttempt[];
  readonly stored: Promise<void>;
}

/**
 * One message per run is in flight at a time; what is noted meanwhile goes with the next one, and what is noted in one turn of
 * the event loop, such as the end of a call and the beginning of the one that takes its place, in one. So a busy worker sends a
 * few messages for hundreds of calls, and an idle one does not wait.
 * @param turnOver resolves when the present turn is over; not given: at once
 */
export function createSpendingWriter({ spending }: Pick<Bus, 'spending'>, turnOver?: () => Promise<void>): SpendingWriter {
  const underWay = new Map<string, Promise<void>>();
  const waiting = new Map<string, Batch>();

  const send = async (runId: string, attempts: readonly CallAttempt[]): Promise<void> => {
    const stored = spending.note({ schemaVersion, runId, attempts: [...attempts] });
    underWay.set(runId, stored);
    try {
      await stored;
    } finally {
      underWay.delete(runId);
    }
  };
  const sendNext = async (runId: string, before: Promise<void>, attempts: readonly CallAttempt[]): Promise<void> => {
    // Whoever noted something in it hears of its failure; here it only ends the wait.
    await before.catch(() => undefined);
    waiting.delete(runId);
    await send(runId, attempts);
  };

  return {
    note(runId, attempt) {
      const batch = waiting.get(runId);
      if (batch !== undefined) {
        batch.attempts.push(attempt);
        return batch.stored;
      }
      const before = underWay.get(runId) ?? turnOver?.();
      if (before === undefined) return send(runId, [attempt]);
      const attempts = [attempt];
      const stored = sendNext(runId, before, attempts);
      waiting.set(runId, { attempts, stored });
      return stored;
    },
  };
}
