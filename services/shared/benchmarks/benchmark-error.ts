import { ScaleError } from '../../domain/errors/scale-error.ts';

export type BenchmarkProblem =
  | 'unknown-benchmark'
  | 'unknown-split'
  | 'unknown-scorer'
  | 'missing-file'
  | 'unreadable-file'
  | 'bad-json'
  | 'bad-csv'
  | 'bad-parquet'
  | 'bad-file'
  | 'bad-field'
  | 'duplicate-id'
  | 'empty-split'
  | 'limit';

interface BenchmarkErrorOptions extends ErrorOptions {
  /** Each thing that is wrong, where there are several; the message has them in lines of its own. */
  readonly sentences?: readonly string[];
}

/** A benchmark that cannot be loaded as asked: the message is one sentence for the user, or one for each thing that is wrong. */
export class BenchmarkError extends ScaleError {
  readonly kind = 'bad-input';
  readonly problem: BenchmarkProblem;
  readonly sentences: readonly string[];

  constructor(problem: BenchmarkProblem, message: string, options: BenchmarkErrorOptions = {}) {
    const { sentences = [message], ...rest } = options;
    super(message, rest);
    this.problem = problem;
    this.sentences = sentences;
  }
}
