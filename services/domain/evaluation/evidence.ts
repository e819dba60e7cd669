import { defined } from '../defined.ts';
import { isScored } from '../failure-class.ts';
import { randomStream } from '../random.ts';
import { parseConfidence } from '../replies/read-confidence.ts';
import type { EvaluationSettings } from '../run/configuration.ts';
import { earlierRounds, fullyExecutedRounds } from '../run/earlier-rounds.ts';
import { memoryOf } from '../run/memory.ts';
import { coversAllQueries } from '../run/outcomes/executions.ts';
import type { Outcomes } from '../run/outcomes/outcome-list.ts';
import { scoresByQuery } from '../run/outcomes/outcomes.ts';
import { parallelismOf, type SightSettings } from '../run/rounds-seen.ts';
import type { Round, RunState } from '../run/state.ts';
import { mean } from '../statistics/intervals.ts';
import type { Evidence } from './evaluation-method.ts';

/** What the state knows when the open round's workflow is being scored. */
export function evidenceOf(state: RunState, round: Round): Evidence {
  const { configuration } = state;
  return {
    settings: configuration.evaluation,
    queryCount: configuration.benchmark.queryCount,
    ...defined({ classes: configuration.benchmark.classes }),
    round: round.round,
    warmUp: fullyExecutedRounds(state).map((earlier) => ({
      round: earlier.round,
      scores: scoreRow(earlier, configuration.benchmark.queryCount),
    })),
    earlierSample: earlierSample(state, round),
    earlier: earlierRounds(state.rounds.slice(0, round.round - 1)),
    memory: memoryOf(state),
    parentRound: round.parentRound,
    parent: state.rounds[round.parentRound - 1]?.evaluation,
    outcomes: scoredOf(round.outcomes),
    sampled: round.samples.flatMap((sample) => sample.queryIndexes),
    prediction: predictionOf(round, configuration.evaluation.predictionAttempts),
    // Few methods ask for it, and each would wait for the whole reply to be read again.
    get confidence() {
      return parseConfidence(round.proposals.at(-1)?.reply ?? '');
    },
    runRandom: randomStream(configuration.seed, 'evaluate'),
    random: randomStream(configuration.seed, 'evaluate', drawingRound(configuration, round.round)),
  };
}

/** 'pending' until the optimizer has given a usable prediction or the turns are used up (then undefined). */
export function predictionOf(round: Round, turns: number): number | 'pending' | undefined {
  const score = round.predictions.at(-1)?.score;
  if (score !== undefined) return score;
  return round.predictions.length < turns ? 'pending' : undefined;
}

/** The same list where all count: methods recognise it by object identity. */
function scoredOf(outcomes: Outcomes): Outcomes {
  return outcomes.some((outcome) => !isScored(outcome)) ? outcomes.filter(isScored) : outcomes;
}

/** A query whose execution has no score is taken for one that the workflow solves as often as the others. */
function scoreRow(round: Round, queryCount: number): number[] {
  const scores = scoresByQuery(round.outcomes);
  const usual = scores.size === queryCount ? 0 : mean([...scores.values()]);
  return Array.from({ length: queryCount }, (_, query) => scores.get(query) ?? usual);
}

type DrawSettings = Pick<SightSettings, 'search'> & { readonly evaluation: Pick<EvaluationSettings, 'draw' | 'warmUpRounds'> };

/** Rounds that may not see one another each draw the one Dfew of the run, so all draw it as the first that may. */
export function drawingRound({ search, evaluation }: DrawSettings, round: number): number {
  return evaluation.draw === 'once' && parallelismOf({ search }) > 1 ? evaluation.warmUpRounds + 1 : round;
}

/**
 * Dfew of the first earlier round that drew one, or with a draw in each round of the newest. A draw of every query is not a Dfew.
 */
function earlierSample({ configuration, rounds }: RunState, round: Round): readonly number[] | undefined {
  return rounds
    .slice(0, round.round - 1)
    .filter((earlier) => earlier.samples.length > 0 && !coversAllQueries(earlier, configuration))
    .at(configuration.evaluation.draw === 'once' ? 0 : -1)
    ?.samples.flatMap((sample) => sample.queryIndexes);
}
