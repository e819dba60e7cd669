import { ScaleError } from '../../domain/errors/scale-error.ts';

/** No answer came, or it broke off: the connection failed. */
export class ConnectionError extends ScaleError {
  readonly kind = 'unreachable';
}
