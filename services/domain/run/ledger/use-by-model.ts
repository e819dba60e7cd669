import type { TokenUse } from './token-use.ts';
import { totalUse } from './totals.ts';

/** Sums by model, in the order of the models' names: calls of parallel branches finish in any order. */
export function useByModel(uses: readonly TokenUse[]): TokenUse[] {
  return [...Map.groupBy(uses, ({ model }) => model)]
    .map(([model, some]) => {
      const { tokens: _, ...total } = totalUse(some);
      return { model, ...total };
    })
    .sort((a, b) => (a.model < b.model ? -1 : 1));
}
