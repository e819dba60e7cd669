import type { Query } from '../benchmark.ts';
import { ScaleError } from '../errors/scale-error.ts';
import type { CodeRunner, ModelClient } from '../ports.ts';

export interface ScoredAnswer {
  /** In [0, 1]. */
  readonly score: number;
  /** What was compared with the reference, "" if nothing could be extracted. */
  readonly extracted: string;
  /**
   * What the scorer says of the answer, for people and for the optimizer: why it is not right, or what an answer must look like.
   * Absent: nothing.
   */
  readonly feedback?: string;
}

/** What a scorer may use. */
export interface ScoringTools {
  /** Runs the programs of answers; scorers of code need it. */
  readonly code: CodeRunner | undefined;
  /** The model that judges, at temperature 0; its calls count among the execution's calls. */
  readonly judge?: (wanted: JudgeModel) => ModelClient;
  readonly signal: AbortSignal;
}

export interface JudgeModel {
  /** "" for the run's executor model. */
  readonly model: string;
  /** Of one reply. */
  readonly maxTokens: number;
}

/** Scores one answer to one query, always the same way. Repeats and whole sets are aggregated elsewhere. */
export interface Scorer {
  readonly name: string;
  readonly description: string;
  /** It runs Python, or asks a model. Default: neither. */
  readonly needs?: 'code' | 'model';
  /** It can handle a query with a list of right answers. Default: no. */
  readonly takesSeveral?: true;
  /**
   * @throws CodeRunnerMissingError, JudgeMissingError if it needs one, and whatever the tools throw for the infrastructure
   * @throws FailureError of the kind `scorer` if the scorer itself is at fault; never because of an answer, which is wrong at
   * worst
   */
  score(answer: string, query: Query, tools: ScoringTools): ScoredAnswer | Promise<ScoredAnswer>;
}

export class CodeRunnerMissingError extends ScaleError {
  readonly kind = 'failed';

  constructor(scorer: string) {
    super(`the scorer ${scorer} runs the programs in answers and has no sandbox to run them in; \`scale doctor\` says why`);
  }
}

export class JudgeMissingError extends ScaleError {
  readonly kind = 'bad-input';

  constructor(scorer: string) {
    super(`the scorer ${scorer} asks a model, which is possible only during an execution: use scale eval`);
  }
}
