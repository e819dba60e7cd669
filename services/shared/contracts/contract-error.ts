/** Bytes or a message from elsewhere that this program cannot read: cut off, of a newer version, or missing a part. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  /** The message's name in proto/scale/v1, e.g. "Event". */
  readonly contract: string;

  constructor(contract: string, problem: string, options?: ErrorOptions) {
    super(`${contract}: ${problem}`, options);
    this.contract = contract;
  }
}
