import { ScaleError } from '../../domain/errors/scale-error.ts';

export type BenchmarkProblem =
  | 'unknown-benchmark'
  | 'unknown-split'
  | 'unknown-scorer'
  | 'missing-file'
  | 'unreadable-file'
  | 'bad-json'
  | 'bad-csv'
  | 'bad-file'
  | 'bad-field'
  | 'duplicate-id'
  | 'empty-split'
  | 'limit';

/** A benchmark that cannot be loaded as asked: the message is one sentence for the user. */
export class BenchmarkError extends ScaleError {
  readonly kind = 'bad-input';
  readonly problem: BenchmarkProblem;

  constructor(problem: BenchmarkProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
