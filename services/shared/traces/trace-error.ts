import { ScaleError } from '../../domain/errors/scale-error.ts';

/** A folder or file of recorded searches that cannot be read: one sentence for the user. */
export class TraceError extends ScaleError {
  readonly kind = 'bad-input';
  readonly file: string;

  constructor(file: string, message: string, options?: ErrorOptions) {
    super(`${file}: ${message}`, options);
    this.file = file;
  }
}
