import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';
import type { CallJournal } from '../messaging/bus.ts';

/** The finished calls of one delivery of a job, for whoever has to do the job again. */
export interface CallRecords {
  /** Holds the call until the job goes on to something that takes time: one that ends first has it in its result. */
  record(call: ModelCall): void;
  /** Sends what is held; resolves once all that was recorded is stored. @throws BusError; it is held again, for the next time */
  stored(): Promise<void>;
}

export function openCallRecords(
  journal: Pick<CallJournal, 'record'>,
  { runId, jobId }: { readonly runId: string; readonly jobId: string },
): CallRecords {
  let held: ModelCall[] = [];
  let storing: Promise<unknown> = Promise.resolve();
  const store = async (call: ModelCall): Promise<void> => {
    try {
      await journal.record(runId, jobId, call);
    } catch (error) {
      held.push(call);
      throw error;
    }
  };
  return {
    record: (call) => void held.push(call),
    async stored() {
      if (held.length > 0) {
        const calls = held;
        held = [];
        // What failed before is among these.
        storing = Promise.all([storing.catch(() => undefined), ...calls.map(store)]);
        // Whoever waits for it is told; without this, a failure that nobody waits for would end the process.
        storing.catch(() => undefined);
      }
      await storing;
    },
  };
}
