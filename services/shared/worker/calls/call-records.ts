import type { ModelCall } from '../../contracts/generated/scale/v1/result.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import type { CallJournal } from '../../messaging/bus.ts';

/** The finished calls of one delivery of a job, for whoever has to do the job again. */
export interface CallRecords extends Disposable {
  /** Holds the call until the job goes on to something that takes time: one that ends first has it in its result. */
  record(call: ModelCall): void;
  /** Sends what is held; resolves once all that was recorded is stored. @throws BusError; it is held again, for the next time */
  stored(): Promise<void>;
  /** Sends in a moment what is held by then. Not once it is disposed: whatever ended the job has decided what becomes of it. */
  storedSoon(): void;
}

/**
 * What a worker that is killed may have to ask for again, far less than a call takes. In that time the other branches of a step
 * may end, and with them the job, whose result holds all of its calls.
 */
const soonMs = 20;

export function openCallRecords(
  journal: Pick<CallJournal, 'record'>,
  { runId, jobId }: { readonly runId: string; readonly jobId: string },
  timing: Pick<Timing, 'after'>,
): CallRecords {
  let held: ModelCall[] = [];
  let storing: Promise<unknown> = Promise.resolve();
  let cancel: (() => void) | undefined;
  const store = async (calls: readonly ModelCall[]): Promise<void> => {
    try {
      await journal.record(runId, jobId, calls);
    } catch (error) {
      held.push(...calls);
      throw error;
    }
  };
  const forget = (): void => {
    cancel?.();
    cancel = undefined;
  };
  const records: CallRecords = {
    record: (call) => void held.push(call),
    storedSoon() {
      cancel ??= timing.after(soonMs, () => {
        forget();
        // Held again, and reported to whoever waits for it.
        records.stored().catch(() => undefined);
      });
    },
    [Symbol.dispose]: forget,
    async stored() {
      forget();
      if (held.length > 0) {
        const calls = held;
        held = [];
        // What failed before is among these.
        storing = Promise.all([storing.catch(() => undefined), store(calls)]);
        // Whoever waits for it is told; without this, a failure that nobody waits for would end the process.
        storing.catch(() => undefined);
      }
      await storing;
    },
  };
  return records;
}
