import { bestOf } from '../../domain/report/run-progress.ts';
import type { RunState } from '../../domain/run/state.ts';
import type { FoundWorkflow } from '../eval/evaluation-file.ts';
import type { EndedRun } from '../runs/run-to-its-end.ts';
import { foundWorkflow } from './find-and-test.ts';

/**
 * The best workflows of a search by their validation scores: the one that it picked, then the others; the earlier one first among
 * equals.
 */
export function bestWorkflows(ended: EndedRun, state: RunState, count: number): FoundWorkflow[] {
  const picked = bestOf(state);
  const others = state.rounds.filter((round) => round !== picked && round.evaluation !== undefined);
  others.sort((one, other) => (other.evaluation?.score ?? 0) - (one.evaluation?.score ?? 0));
  return [...(picked === undefined ? [] : [picked]), ...others].slice(0, count).map((round) => foundWorkflow(ended, round));
}
