import { ScaleError } from '../../../domain/errors/scale-error.ts';

export interface SweepFault {
  readonly file: string;
  /** From 1, where it is known. */
  readonly line: number | undefined;
  /** E.g. "matrix.seed", "" for the whole file. */
  readonly field: string;
  /** Begins with the field. */
  readonly message: string;
}

/** A sweep file that cannot be used: everything that is wrong with it, a line each. */
export class SweepFileError extends ScaleError {
  readonly kind = 'bad-input';
  readonly faults: readonly SweepFault[];

  constructor(faults: readonly SweepFault[], options?: ErrorOptions) {
    super(
      faults.map(({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`}: ${message}`).join('\n'),
      options,
    );
    this.faults = faults;
  }
}
