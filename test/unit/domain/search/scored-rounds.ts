import type { Round } from '../../../../services/domain/run/state.ts';

/** Completed rounds with these scores, undefined for a round that found no workflow. */
export function scoredRounds(scores: readonly (number | undefined)[]): Round[] {
  return scores.map((score, index) => ({
    round: index + 1,
    parentRound: index === 0 ? 0 : 1,
    candidates: [],
    proposals: [],
    workflowHash: score === undefined ? '' : `workflow-${index + 1}`,
    modification: `edit ${index + 1}`,
    samples: [],
    outcomes: [],
    predictions: [],
    completed: true,
    ...(score === undefined ? {} : { evaluation: { method: 'full', score, executions: 0 } }),
  }));
}
