import { defined } from '../defined.ts';
import { bestRound } from '../run/best-round.ts';
import { coversAllQueries } from '../run/outcomes/executions.ts';
import type { Round, RunState } from '../run/state.ts';
import { type Interval, wilsonInterval } from '../statistics/intervals.ts';
import { renderMermaid } from '../workflow/render-mermaid.ts';
import { renderText } from '../workflow/render-text.ts';
import type { BestWorkflow } from './report-model.ts';
import { queriesOf } from './report-rounds.ts';

/** The workflow that the search picked, or would pick if it ended now. */
export function reportBest(state: RunState): BestWorkflow | undefined {
  const number = state.bestRound ?? bestRound(state);
  const round = number === undefined ? undefined : state.rounds[number - 1];
  if (round?.workflow === undefined || round.evaluation === undefined) return undefined;
  const initialScore = state.rounds[0]?.evaluation?.score;
  const interval = intervalOfScore(state, round);
  return {
    round: round.round,
    score: round.evaluation.score,
    method: round.evaluation.method,
    queries: queriesOf(round),
    workflow: round.workflow,
    workflowHash: round.workflowHash,
    text: renderText(round.workflow),
    mermaid: renderMermaid(round.workflow),
    lineage: lineageOf(state, round),
    ...defined({ initialScore, interval }),
  };
}

/** Only a full evaluation is a plain share of successes. Repeats of a query are not further queries. */
export function intervalOfScore({ configuration }: RunState, round: Round): Interval | undefined {
  if (round.evaluation === undefined || !coversAllQueries(round, configuration)) return undefined;
  const { scored } = queriesOf(round);
  return scored === 0 ? undefined : wilsonInterval(round.evaluation.score * scored, scored);
}

function lineageOf({ rounds }: RunState, from: Round): number[] {
  const lineage: number[] = [];
  for (let round: Round | undefined = from; round !== undefined; round = rounds[round.parentRound - 1]) {
    lineage.unshift(round.round);
  }
  return lineage;
}
