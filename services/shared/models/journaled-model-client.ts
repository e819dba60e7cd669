import type { ModelClient } from '../../domain/ports.ts';
import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';
import { replyOf } from './model-call.ts';

/**
 * Answers from the journal what an earlier attempt at the job has already paid for. Calls are found by their id alone: a job
 * replays with the same seed, so the same id asks the same thing.
 * @param client asks and journals the rest (its onCall)
 * @param onReplay gets each call that the journal answered: its tokens belong to the job all the same
 */
export function createJournaledModelClient(
  client: ModelClient,
  finished: ReadonlyMap<string, ModelCall>,
  onReplay: (call: ModelCall) => void,
): ModelClient {
  return {
    complete: async (request, signal) => {
      const call = finished.get(request.callId);
      if (call === undefined) return client.complete(request, signal);
      signal.throwIfAborted();
      onReplay(call);
      return replyOf(call);
    },
  };
}
