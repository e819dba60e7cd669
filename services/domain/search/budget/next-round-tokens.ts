import { evaluationMethods } from '../../evaluation/registry.ts';
import { meanCosts } from '../../run/ledger/mean-cost.ts';
import { totalUse } from '../../run/ledger/totals.ts';
import { coversAllQueries } from '../../run/outcomes/executions.ts';
import type { RunState } from '../../run/state.ts';
import { sampleSize } from '../../sampling/stratified-draw.ts';
import { mean } from '../../statistics/intervals.ts';

/**
 * What another round is likely to take, judging by the rounds so far: its proposal, and the executions that give its workflow a
 * score.
 */
export function nextRoundTokens(state: RunState): number {
  return tokensOfProposal(state) + likelyExecutions(state) * (meanCosts(state)?.better ?? 0);
}

function tokensOfProposal({ rounds, ledger, configuration }: RunState): number {
  const proposed = rounds.filter(({ proposals }) => proposals.some(({ tokens }) => tokens !== undefined));
  if (proposed.length === 0) return configuration.optimizer.maxTokens;
  return mean(
    proposed.map(
      ({ round }) =>
        totalUse(
          ledger.filter(
            (entry) =>
              entry.round === round && (entry.phase === 'propose' || entry.phase === 'canary' || entry.phase === 'predict'),
          ),
        ).tokens,
    ),
  );
}

/** The number that the newest round of the same kind (in full or not) executed. */
function likelyExecutions({ rounds, configuration }: RunState): number {
  const { evaluation, benchmark } = configuration;
  const scored = rounds.filter((round) => round.evaluation !== undefined);
  const isFull = (round: (typeof scored)[number]): boolean => coversAllQueries(round, configuration);
  const executesAll = evaluationMethods.get(evaluation.method)?.executesAll === true;
  const full = executesAll || scored.filter(isFull).length < evaluation.warmUpRounds;
  const like = scored.findLast((round) => isFull(round) === full);
  if (like !== undefined) return like.outcomes.length;
  return full ? benchmark.queryCount * evaluation.repeats : sampleSize(evaluation, benchmark.queryCount);
}
