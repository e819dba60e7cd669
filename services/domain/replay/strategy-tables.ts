import type { ReplayTable } from './replay-report.ts';
import { fullValidation, memoryStrategies, pickStrategies, type Strategy, scoreStrategies } from './strategy.ts';

export interface TableWishes {
  readonly methods: readonly string[];
  /** Pick policies for each method; none: the comparison that strategy.ts knows. */
  readonly picks: readonly string[];
  /** f, each in (0, 1]. */
  readonly budgets: readonly number[];
  /** rho, each in (0, 1]. */
  readonly ratios: readonly number[];
  readonly warmUpRounds: number;
  /** P, each 1 or more: the picks are replayed with each of them. */
  readonly parallelism: readonly number[];
}

/** What is replayed: the scores of each method for each ratio, then the picks for each budget, next to full validation. */
export function tablesOf({ methods, picks, budgets, ratios, warmUpRounds, parallelism }: TableWishes): ReplayTable[] {
  const scores = ratios.map((ratio): ReplayTable => {
    const strategies = [...scoreStrategies(methods, warmUpRounds, ratio), ...memoryStrategies(methods, ratio)];
    return { kind: 'scores', title: `Scores after ${warmUpRounds} warm-up rounds, ${percent(ratio)} of the queries`, strategies };
  });
  const choices = budgets.map((share): ReplayTable => {
    const strategies = picks.length === 0 ? pickStrategies(share) : crossed(methods, picks, share, warmUpRounds);
    const each = strategies.flatMap((strategy) => parallelism.map((rounds) => withParallelism(strategy, rounds)));
    return { kind: 'picks', title: `The pick at f = ${share}`, strategies: [...each, fullValidation] };
  });
  return [...scores, ...choices];
}

function crossed(methods: readonly string[], picks: readonly string[], share: number, warmUpRounds: number): Strategy[] {
  return methods.flatMap((method) =>
    picks.map((pick) => ({
      name: `${method}, ${pick}`,
      method,
      pick,
      warmUpRounds,
      fewShotRatio: 0,
      // A policy that picks without executing spends everything before; the others begin with what halving's first rung costs.
      budget: { share, arrival: pick === 'argmax' ? 1 : ('rung' as const) },
    })),
  );
}

function withParallelism(strategy: Strategy, parallelism: number): Strategy {
  return parallelism === 1 ? strategy : { ...strategy, name: `${strategy.name}, P = ${parallelism}`, parallelism };
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
