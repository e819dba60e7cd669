import { mean } from '../../statistics/intervals.ts';
import { oncePerList } from '../outcomes/once-per-list.ts';
import type { KeptOutcome } from '../outcomes/outcome-columns.ts';
import type { Round, RunState } from '../state.ts';
import { totalUse } from './totals.ts';

export interface MeanCosts {
  /** Tokens of an execution, the mean over the workflows. */
  readonly all: number;
  /** The same over the better half of them, which tend to cost more. */
  readonly better: number;
}

/** From what was executed to give the rounds their scores; undefined if nothing was. */
export function meanCosts({ rounds }: RunState): MeanCosts | undefined {
  const costs = rounds
    .filter(({ evaluation, outcomes }) => evaluation !== undefined && outcomes.length > 0)
    .toSorted((one, other) => (other.evaluation?.score ?? 0) - (one.evaluation?.score ?? 0))
    .map((round) => tokensAnAnswer(round) ?? 0);
  if (costs.length === 0) return undefined;
  return { all: mean(costs), better: mean(costs.slice(0, Math.ceil(costs.length / 2))) };
}

/** What an answer of the round's workflow takes, by all that was executed for its score; undefined if nothing was. */
export function tokensAnAnswer({ outcomes }: Pick<Round, 'outcomes'>): number | undefined {
  return outcomes.length === 0 ? undefined : meanTokens(outcomes);
}

const meanTokens = oncePerList((outcomes) => mean(Array.from(outcomes, tokensOfOutcome)));

export function tokensOfOutcome({ tokens }: KeptOutcome): number {
  return totalUse(tokens).tokens;
}
