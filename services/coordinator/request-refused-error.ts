import { ScaleError } from '../domain/errors/scale-error.ts';

/** The request cannot be served as it stands; the message says what would be right. */
export class RequestRefusedError extends ScaleError {
  readonly kind: 'not-found' | 'bad-input' | 'conflict';

  constructor(kind: RequestRefusedError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}
