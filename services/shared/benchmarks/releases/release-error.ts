import type { ErrorKind } from '../../../domain/errors/error-kind.ts';
import { ScaleError } from '../../../domain/errors/scale-error.ts';

export type ReleaseProblem =
  /** The host does not answer, refuses, or breaks off too often. */
  | 'download'
  /** What was found is not the release that AFlow's files were made from. */
  | 'wrong-release'
  /** A file of the release is not in the folder given. */
  | 'missing-file'
  /** A file with the name of one of AFlow's holds something else. */
  | 'other-content'
  | 'unknown-benchmark';

/** A benchmark's files cannot be obtained or used as asked: the message is one sentence for the user. */
export class ReleaseError extends ScaleError {
  readonly kind: ErrorKind;
  readonly problem: ReleaseProblem;

  constructor(problem: ReleaseProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = problem === 'unknown-benchmark' || problem === 'missing-file' ? 'bad-input' : 'failed';
    this.problem = problem;
  }
}
