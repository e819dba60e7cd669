import type { ErrorKind } from '../../domain/errors/error-kind.ts';
import { ScaleError } from '../../domain/errors/scale-error.ts';

/** What was wanted of a run or a sweep is not there, or not to be had. */
export class RunReadError extends ScaleError {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
