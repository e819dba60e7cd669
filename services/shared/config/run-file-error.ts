import { ScaleError } from '../../domain/errors/scale-error.ts';

/** A run file that cannot be used: one sentence that names the file, the field and the rule. */
export class RunFileError extends ScaleError {
  readonly kind = 'bad-input';
  readonly file: string;
  /** From 1, where it is known. */
  readonly line: number | undefined;
  /** E.g. "search.max_rounds", "" for the whole file. */
  readonly field: string;

  constructor(place: { file: string; line?: number | undefined; field: string }, message: string, options?: ErrorOptions) {
    super(`${place.file}${place.line === undefined ? '' : `:${place.line}`}: ${message}`, options);
    this.file = place.file;
    this.line = place.line;
    this.field = place.field;
  }
}
