/** Every answer with a status of 400 and above. */
export interface ErrorAnswer {
  readonly error: {
    /** One of the kinds of services/domain/errors/error-kind.ts, or "not-signed-in". */
    readonly kind: string;
    /** A sentence: what happened, to what, and what to do. */
    readonly message: string;
  };
}
