import type { Endpoint } from '../../contracts/generated/scale/v1/control.ts';
import type { ModelCall, PendingCall } from '../../contracts/generated/scale/v1/result.ts';
import { type BatchedCall, longestMs } from '../../models/settings/batched-call.ts';
import type { JobContext } from '../job-work.ts';

const nowhere: PendingCall = { fileId: '', batchId: '', customId: '', attemptId: '' };

/**
 * The calls of a job at a model that is served through a batch API, undefined if it is served at once. Where a call lies stands
 * in the journal beside the finished calls, so that the next delivery of the job finds it.
 */
export function batchedCalls(
  endpoints: readonly Endpoint[],
  model: string,
  { journal, record, stored }: Pick<JobContext, 'journal' | 'record' | 'stored'>,
): ((callId: string) => BatchedCall) | undefined {
  if (!endpoints.some((endpoint) => endpoint.model === model && endpoint.batch !== undefined)) return undefined;
  return (callId) => {
    const last = () => journal.get(entryId(callId))?.pending ?? nowhere;
    const keep = async (pending: PendingCall): Promise<void> => {
      await record(entryOf(callId, model, pending));
      await stored();
    };
    return {
      get pending() {
        return last().fileId === '' ? undefined : last();
      },
      get unsent() {
        return last().fileId === '' ? last().attemptId || undefined : undefined;
      },
      gather: (attemptId) => keep({ ...nowhere, attemptId }),
      keep,
      forget: () => void record(entryOf(callId, model, nowhere)),
    };
  };
}

/** By how much the batches of a run prolong what a job may take at a time, in milliseconds. */
export function batchDelayMs(endpoints: readonly Pick<Endpoint, 'batch'>[]): number {
  return Math.max(0, ...endpoints.map(({ batch }) => (batch === undefined ? 0 : longestMs(batch))));
}

/** No step of a workflow has a space in its name. */
function entryId(callId: string): string {
  return `batch of ${callId}`;
}

function entryOf(callId: string, model: string, pending: PendingCall): ModelCall {
  return {
    ...{ callId: entryId(callId), model, pending, usage: undefined, text: '', reasoning: '', finishReason: '' },
    ...{ latencyMs: 0, timeToFirstTokenMs: 0, attempts: 0, simulated: false, endpoint: '', usageEstimated: false },
    ...{ promptCut: false, servedModel: '', attemptId: '', samples: [] },
  };
}
