/** A folder or file of recorded searches that cannot be read: one sentence for the user. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
  readonly file: string;

  constructor(file: string, message: string, options?: ErrorOptions) {
    super(`${file}: ${message}`, options);
    this.file = file;
  }
}
