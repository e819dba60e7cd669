/**
 * A number that was written as 1.0 or 2e3: whole, but still a double. JavaScript has one number for 1 and 1.0, so the decoder of
 * a workflow's text keeps the second as this.
 */
export class WholeDouble {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  /** As CEL writes a double. */
  toString(): string {
    const text = String(this.value);
    return /[.e]/.test(text) ? text : `${text}.0`;
  }
}
