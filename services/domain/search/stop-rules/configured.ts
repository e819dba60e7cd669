import type { SearchSettings } from '../../run/configuration.ts';
import { convergence } from './convergence.ts';
import { maxRounds } from './max-rounds.ts';
import { anyOf, type StopRule } from './stop-rule.ts';
import { tokenBudget } from './token-budget.ts';

/** The rules that a run's settings ask for; 0 turns convergence or the budget off. */
export function configuredStopRules(settings: SearchSettings): StopRule {
  const { maxRounds: limit, convergenceRounds: rounds, convergenceTop: top, convergenceZ: z, tokenBudget: budget } = settings;
  return anyOf(maxRounds(limit), ...(rounds > 0 ? [convergence({ rounds, top, z })] : []), ...(budget > 0 ? [tokenBudget] : []));
}
