import type { ModelClient, ModelRequest } from '../../domain/ports.ts';
import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';
import { repliesOf, replyOf } from './model-call.ts';

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
  const replayed = (callId: string, signal: AbortSignal): ModelCall | undefined => {
    const call = finished.get(callId);
    if (call === undefined) return undefined;
    signal.throwIfAborted();
    onReplay(call);
    return call;
  };
  const { sample } = client;
  return {
    complete: async (request, signal) => {
      const call = replayed(request.callId, signal);
      return call === undefined ? client.complete(request, signal) : replyOf(call);
    },
    ...(sample && {
      sample: async (request: ModelRequest, count: number, signal: AbortSignal) => {
        const call = replayed(request.callId, signal);
        return call === undefined ? sample(request, count, signal) : repliesOf(call);
      },
    }),
  };
}
