import { boardOf, isKnown, type OutcomeBoard } from './outcome-board.ts';
import type { PickPolicy, PickTask } from './pick-policy.ts';

/** What a policy wants next, or the winner. */
export type PickStep =
  | { readonly kind: 'execute'; readonly executions: readonly { readonly round: number; readonly queryIndex: number }[] }
  | {
      readonly kind: 'pick';
      /** The winner's place among the candidates. */
      readonly candidate: number;
      readonly round: number;
      /** Executions that the pick has asked for. */
      readonly executions: number;
      /** All that is known at the end. */
      readonly board: OutcomeBoard;
    };

/** The mean score of an execution that the pick asked for, undefined as long as it is outstanding. */
export type PickOutcome = (round: number, queryIndex: number) => number | undefined;

/**
 * The policy's next step, from what the search has shown and what the pick's own executions have. Pure: the policy goes its way
 * from the beginning, and stops where the first outcomes are missing, so a coordinator that starts again gets the same step.
 * @throws RangeError for a task without candidates, and for a policy that asks for more than its budget: a defect of ours
 */
export function nextPickStep(policy: PickPolicy, task: PickTask, outcome: PickOutcome): PickStep {
  const { candidates, queryCount, budget } = task;
  if (candidates.length === 0) throw new RangeError('no workflow has a score: there is nothing to pick from');
  const board = boardOf(candidates, queryCount);
  const plan = policy.plan(task, board);
  let asked = 0;
  for (let step = plan.next(); ; step = plan.next()) {
    if (step.done === true) {
      const round = candidates[step.value]?.round as number;
      return { kind: 'pick', candidate: step.value, round, executions: asked, board };
    }
    asked += step.value.length;
    if (asked > budget) throw new RangeError(`${policy.name} asked for ${asked} executions with a budget of ${budget}`);
    const missing: { round: number; queryIndex: number }[] = [];
    for (const { candidate, query } of step.value) {
      if (isKnown(board, candidate, query)) throw new RangeError(`${policy.name} asked for query ${query} twice`);
      const round = candidates[candidate]?.round as number;
      const score = outcome(round, query);
      if (score === undefined) missing.push({ round, queryIndex: query });
      else board.scores[candidate * queryCount + query] = score;
    }
    if (missing.length > 0) return { kind: 'execute', executions: missing };
  }
}
