import type { ModelClient, ModelReply, ModelRequest } from '../../ports.ts';

/** One branch's part in a group of samples. */
export interface Sampler {
  /** The branch's call, if it is its first; undefined once it is not: such a call is made for itself. */
  complete(request: ModelRequest, signal: AbortSignal): Promise<ModelReply> | undefined;
  /** The branch has ended, or begins branches of its own: nobody waits for a call of it. */
  leave(): void;
}

type Asking = Required<Pick<ModelClient, 'complete' | 'sample'>>;

interface Waiter {
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  readonly resolve: (reply: ModelReply) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Joins the first model calls of a parallel step's branches into requests for several samples of one prompt. Until its first
 * reply a branch knows nothing that the others do not, so that its first call asks the same, apart from what an operator
 * draws. All branches are waited for, each until it calls or leaves, and calls are joined in the order of the branches: what
 * is joined depends on the workflow alone, and not on which branch is faster. An abort reaches those that wait when it has
 * ended the others.
 */
export function createSampleGroup(model: Asking, branches: number): Sampler[] {
  const waiters: (Waiter | undefined)[] = [];
  const present = new Set(Array.from({ length: branches }, (_, branch) => branch));
  const arrived = (branch: number): void => {
    if (!present.delete(branch) || present.size > 0) return;
    const equal = Map.groupBy(
      Object.values(waiters).flatMap((waiter) => waiter ?? []),
      ({ request }) => sameness(request),
    );
    for (const joined of equal.values()) ask(model, joined);
  };
  return Array.from({ length: branches }, (_, branch) => ({
    complete: (request, signal) => {
      if (!present.has(branch)) return undefined;
      return new Promise<ModelReply>((resolve, reject) => {
        waiters[branch] = { request, signal, resolve, reject };
        arrived(branch);
      });
    },
    leave: () => arrived(branch),
  }));
}

function sameness({ messages, purpose }: ModelRequest): string {
  return JSON.stringify([purpose, messages]);
}

/** One request for all; what it does not give is asked for one by one, with the seeds that it would have had. */
function ask(model: Asking, waiters: readonly Waiter[]): void {
  const [first, ...others] = waiters;
  if (first === undefined) return;
  if (others.length === 0) {
    model.complete(first.request, first.signal).then(first.resolve, first.reject);
    return;
  }
  const answered = async (): Promise<void> => {
    first.signal.throwIfAborted();
    const replies = await model.sample(first.request, waiters.length, first.signal);
    for (const [place, waiter] of waiters.entries()) {
      const reply = replies[place];
      if (reply !== undefined) waiter.resolve(reply);
      else {
        const sampleOf = { callId: first.request.callId, place };
        model.complete({ ...waiter.request, sampleOf }, waiter.signal).then(waiter.resolve, waiter.reject);
      }
    }
  };
  answered().catch((reason: unknown) => {
    for (const { reject } of waiters) reject(reason);
  });
}
