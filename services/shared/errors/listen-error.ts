import { ScaleError } from '../../domain/errors/scale-error.ts';

/** Nothing can be served at an address that a setting gives: it is taken, not of this machine, or not for this user. */
export class ListenError extends ScaleError {
  readonly kind = 'bad-input';

  /**
   * @param what with its verb, e.g. "probes cannot be served"
   * @param address host:port
   * @param remedy which settings say where
   */
  constructor(what: string, address: string, remedy: string, cause: Error) {
    super(`${what} at ${address} (${cause.message}): ${remedy}`, { cause });
  }
}
