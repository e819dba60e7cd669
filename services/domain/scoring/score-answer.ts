import type { Benchmark, Query } from '../benchmark.ts';
import { scorerOf } from './registry.ts';
import type { ScoredAnswer, ScoringTools } from './scorer.ts';

export interface AnswerScores extends ScoredAnswer {
  /** By scorer. */
  readonly otherScores: Readonly<Record<string, number>>;
}

/** Scores an answer by the scorer that decides and by those beside it. */
export async function scoreAnswer(
  answer: string,
  query: Query,
  { scorer, otherScorers }: Pick<Benchmark, 'scorer' | 'otherScorers'>,
  tools: ScoringTools,
): Promise<AnswerScores> {
  const decisive = await scorerOf(scorer).score(answer, query, tools);
  const otherScores: Record<string, number> = {};
  for (const name of otherScorers) otherScores[name] = (await scorerOf(name).score(answer, query, tools)).score;
  return { ...decisive, otherScores };
}
