import { ScaleError } from '../../domain/errors/scale-error.ts';

/** The address that a setting gives cannot be listened on: it is in use, not of this machine, or not allowed for this user. */
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
