import { ScaleError } from '../../domain/errors/scale-error.ts';

/** Bytes or a message from elsewhere that this program cannot read: cut off, of a newer version, or missing a part. */
export class ContractError extends ScaleError {
  readonly kind = 'damaged';
  /** The message's name in proto/scale/v1, e.g. "Event". */
  readonly contract: string;

  /** It may well be whole: a later version has written it, and a program of that version can read it. */
  readonly isOfLaterVersion: boolean;

  constructor(contract: string, problem: string, options?: ErrorOptions & { readonly isOfLaterVersion?: boolean }) {
    super(`${contract}: ${problem}`, options);
    this.contract = contract;
    this.isOfLaterVersion = options?.isOfLaterVersion ?? false;
  }
}
