import { createSpentTally, type Spent } from '../../domain/run/ledger/spent.ts';
import type { CacheUse } from '../../shared/contracts/generated/scale/v1/control.ts';
import { callAttemptFromProto } from '../../shared/contracts/spending-codec.ts';
import type { Bus } from '../../shared/messaging/bus.ts';

/** What a run's calls have used, as the workers have noted it beside the log. */
export interface RunSpending {
  /**
   * By every note so far; undefined if there is none.
   * @param isOver no one works on the run any more
   */
  spent(isOver: boolean, signal: AbortSignal): Promise<Spent | undefined>;
  /** The store was recreated: new notes are read from its beginning, on top of the earlier ones. */
  startOver(): void;
}

/** Continues reading where it stopped the last time. */
export function createRunSpending({ spending }: Pick<Bus, 'spending'>, runId: string): RunSpending {
  const tally = createSpentTally();
  let last = 0;
  let isNoted = false;
  let reading: Promise<void> = Promise.resolve();

  const readOn = async (signal: AbortSignal): Promise<void> => {
    for await (const { sequence, note } of spending.read(runId, { after: last, follow: false }, signal)) {
      for (const attempt of note.attempts) tally.add(callAttemptFromProto(attempt));
      last = sequence;
      isNoted = true;
    }
    signal.throwIfAborted();
  };
  return {
    async spent(isOver, signal) {
      reading = reading.catch(() => undefined).then(() => readOn(signal));
      await reading;
      return isNoted ? tally.spent(isOver) : undefined;
    },
    startOver() {
      last = 0;
    },
  };
}

/** That a run uses the response cache is said even before the cache has answered anything. */
export function withCache(spent: Spent | undefined, cache: CacheUse | undefined): Spent | undefined {
  if (spent === undefined || cache === undefined) return spent;
  return { cached: { calls: 0, tokens: 0 }, ...spent };
}
