import type { ModelClient, ModelReply } from '../domain/ports.ts';
import type { TokenUse } from '../domain/run/ledger/token-use.ts';

export interface MeteredClient {
  readonly client: ModelClient;
  /** What each answered call has used. */
  readonly uses: readonly TokenUse[];
}

/** @param model the name that the calls are counted under, whatever name the server answers with */
export function meteredClient(client: ModelClient, model: string): MeteredClient {
  const uses: TokenUse[] = [];
  const note = ({ usage, simulated }: ModelReply): void => void uses.push({ model, calls: 1, usage, simulated });
  const { sample } = client;
  return {
    uses,
    client: {
      complete: async (request, signal) => {
        const reply = await client.complete(request, signal);
        note(reply);
        return reply;
      },
      ...(sample !== undefined && {
        sample: async (request, count, signal) => {
          const replies = await sample.call(client, request, count, signal);
          for (const reply of replies) note(reply);
          return replies;
        },
      }),
    },
  };
}
