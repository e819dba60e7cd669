import type { ErrorKind } from './error-kind.ts';

/** The base of every error class: its name is the class's, and its kind says what it means to the caller. */
export abstract class ScaleError extends Error {
  override readonly name: string;
  abstract readonly kind: ErrorKind;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The kind of anything that was thrown: what none of our classes foresaw is a defect. */
export function kindOf(thrown: unknown): ErrorKind {
  return thrown instanceof ScaleError ? thrown.kind : 'defect';
}
