import { parseConfidence } from '../prompts/parse-confidence.ts';
import { randomStream } from '../random.ts';
import { coversAllQueries } from '../search/executions.ts';
import { memoryOf } from '../search/memory.ts';
import type { Round, RunState } from '../search/state.ts';
import type { EarlierRound, Evidence } from './evaluation-method.ts';
import { scoresByQuery } from './full.ts';

/** Completed rounds whose workflow was executed on every query, oldest first. */
export function fullyExecutedRounds(state: RunState): readonly Round[] {
  return state.rounds.filter((round) => round.evaluation !== undefined && coversAllQueries(round, state.configuration));
}

/** What the state knows when the open round's workflow is being scored. */
export function evidenceOf(state: RunState, round: Round): Evidence {
  const { configuration } = state;
  return {
    settings: configuration.evaluation,
    queryCount: configuration.benchmark.queryCount,
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
    outcomes: round.outcomes,
    sampled: round.samples.flatMap((sample) => sample.queryIndexes),
    prediction: predictionOf(round, configuration.evaluation.predictionAttempts),
    confidence: parseConfidence(round.proposals.at(-1)?.reply ?? ''),
    runRandom: randomStream(configuration.seed, 'evaluate'),
    random: randomStream(configuration.seed, 'evaluate', round.round),
  };
}

/** 'pending' until the optimizer has given a usable prediction or the attempts are used up (then undefined). */
export function predictionOf(round: Round, attempts: number): number | 'pending' | undefined {
  const score = round.predictions.at(-1)?.score;
  if (score !== undefined) return score;
  return round.predictions.length < attempts ? 'pending' : undefined;
}

/** Those of these rounds that have a score, with what was executed for it. */
export function earlierRounds(rounds: readonly Round[]): readonly EarlierRound[] {
  return rounds.flatMap(earlierRound);
}

const knownRows = new WeakMap<Round, EarlierRound>();

/** Kept by round, since states share their rounds: methods that fit a model know a row again by the object. */
function earlierRound(round: Round): EarlierRound[] {
  if (round.evaluation === undefined) return [];
  const known = knownRows.get(round);
  if (known !== undefined) return [known];
  const scores = scoresByQuery(round.outcomes);
  const row: EarlierRound = {
    round: round.round,
    parentRound: round.parentRound,
    evaluation: round.evaluation,
    queries: [...scores.keys()],
    scores: [...scores.values()],
  };
  knownRows.set(round, row);
  return [row];
}

function scoreRow(round: Round, queryCount: number): number[] {
  const scores = scoresByQuery(round.outcomes);
  return Array.from({ length: queryCount }, (_, query) => scores.get(query) ?? 0);
}

/** Dfew of the newest earlier round that drew one; a draw of every query is no Dfew. */
function earlierSample(state: RunState, round: Round): readonly number[] | undefined {
  return state.rounds
    .slice(0, round.round - 1)
    .filter((earlier) => earlier.samples.length > 0 && !coversAllQueries(earlier, state.configuration))
    .at(-1)
    ?.samples.flatMap((sample) => sample.queryIndexes);
}
