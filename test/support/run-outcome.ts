import { totalUse } from '../../services/domain/run/ledger/totals.ts';
import type { RunState } from '../../services/domain/run/state.ts';

/** What a run's log adds up to, in figures that no version may see otherwise. */
export function outcomeOf(state: RunState): object {
  const { status, rounds, ledger, configuration } = state;
  return {
    status,
    benchmark: configuration.benchmark.name,
    rounds: rounds.map(({ round, workflowHash, outcomes, evaluation }) => ({
      round,
      workflowHash,
      score: evaluation?.score,
      executions: outcomes.length,
      failed: outcomes.filter(({ failure }) => failure !== undefined).length,
    })),
    bestRound: state.bestRound,
    tokens: totalUse(ledger).tokens,
    calls: totalUse(ledger).calls,
  };
}
