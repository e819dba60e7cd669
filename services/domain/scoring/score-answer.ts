import type { Query } from '../benchmark.ts';
import { defined } from '../defined.ts';
import { type Failure, FailureError } from '../failure.ts';
import { feedbackOn } from './feedback-on.ts';
import { type ScorersOfBenchmark, scorerIn } from './own-scorer.ts';
import type { ScoredAnswer, ScoringTools } from './scorer.ts';
import { shortenRuns } from './shorten-runs.ts';

export interface AnswerScores extends ScoredAnswer {
  /** By scorer. */
  readonly otherScores: Readonly<Record<string, number>>;
}

/** All scores of an answer. */
export interface ScoredByAll {
  readonly scores: AnswerScores;
  /** The scorer that decides could not judge the answer: all scores are 0. */
  readonly failure?: Failure;
  /** Other scorers that could not, which costs the execution only their own score. */
  readonly otherFailures: readonly Failure[];
}

/** Scores an answer by the scorer that decides and by the others. */
export async function scoreAnswer(
  answer: string,
  query: Query,
  scorers: ScorersOfBenchmark,
  tools: ScoringTools,
): Promise<ScoredByAll> {
  const decisive = await scoreBy(scorers.scorer, answer, query, scorers, tools);
  if (decisive instanceof FailureError) {
    return { scores: noScores(scorers), failure: decisive.failure, otherFailures: [] };
  }
  const otherScores: Record<string, number> = {};
  const otherFailures: Failure[] = [];
  for (const name of scorers.otherScorers) {
    const other = await scoreBy(name, answer, query, scorers, tools);
    otherScores[name] = other instanceof FailureError ? 0 : other.score;
    if (other instanceof FailureError) otherFailures.push(other.failure);
  }
  const { score, extracted } = decisive;
  const feedback = feedbackOn(answer, decisive, query, scorerIn(scorers, scorers.scorer));
  return { scores: { score, extracted, ...defined({ feedback }), otherScores }, otherFailures };
}

/** The scores of an execution that failed. */
export function noScores({ otherScorers }: Pick<ScorersOfBenchmark, 'otherScorers'>): AnswerScores {
  return { score: 0, extracted: '', otherScores: Object.fromEntries(otherScorers.map((name) => [name, 0])) };
}

async function scoreBy(
  name: string,
  answer: string,
  query: Query,
  scorers: ScorersOfBenchmark,
  tools: ScoringTools,
): Promise<ScoredAnswer | FailureError> {
  try {
    const scorer = scorerIn(scorers, name);
    return await scorer.score(shortenRuns(answer, query, scorer), query, tools);
  } catch (error) {
    if (error instanceof FailureError) return error;
    throw error;
  }
}
