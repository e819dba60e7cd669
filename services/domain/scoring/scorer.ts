import type { Query } from '../benchmark.ts';

export interface ScoredAnswer {
  /** In [0, 1]. */
  readonly score: number;
  /** What was compared with the reference, "" if nothing could be extracted. */
  readonly extracted: string;
}

/** Scores one answer to one query. Pure; repeats and whole sets are reduced elsewhere. */
export interface Scorer {
  readonly name: string;
  readonly description: string;
  score(answer: string, query: Query): ScoredAnswer;
}
