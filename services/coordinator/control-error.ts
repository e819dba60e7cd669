/** The request cannot be served as it is; the message says what would be right. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: 'not-found' | 'invalid-argument' | 'failed-precondition';

  constructor(code: ControlError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
