import type { Evaluation } from './event.ts';

/** Names the score of a round whose executions the token budget has cut short. */
export const partialMethod = 'partial';

export function isPartial({ evaluation }: { readonly evaluation?: Evaluation }): boolean {
  return evaluation?.method === partialMethod;
}
