import type { Query } from '../benchmark.ts';
import type { CodeRunner } from '../ports.ts';

export interface ScoredAnswer {
  /** In [0, 1]. */
  readonly score: number;
  /** What was compared with the reference, "" if nothing could be extracted. */
  readonly extracted: string;
}

/** What a scorer may use. */
export interface ScoringTools {
  /** Runs the programs of answers; scorers of code need it. */
  readonly code: CodeRunner | undefined;
  readonly signal: AbortSignal;
}

/** Scores one answer to one query, the same each time. Repeats and whole sets are reduced elsewhere. */
export interface Scorer {
  readonly name: string;
  readonly description: string;
  /**
   * @throws CodeRunnerMissingError if it needs one, and whatever the tools throw for the infrastructure; never for an answer,
   * which is wrong at worst
   */
  score(answer: string, query: Query, tools: ScoringTools): ScoredAnswer | Promise<ScoredAnswer>;
}

export class CodeRunnerMissingError extends Error {
  override readonly name = 'CodeRunnerMissingError';

  constructor(scorer: string) {
    super(`the scorer ${scorer} runs the programs of answers and was given nothing to run them with; scale doctor tells why`);
  }
}
