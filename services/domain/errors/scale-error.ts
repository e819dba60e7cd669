import type { ErrorKind } from './error-kind.ts';

/** The base of every error class: its name is the class's, and its kind says what it means for whoever asked. */
export abstract class ScaleError extends Error {
  override readonly name: string;
  abstract readonly kind: ErrorKind;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Of anything that was thrown: what no class of ours foresaw is a defect. */
export function kindOf(thrown: unknown): ErrorKind {
  return thrown instanceof ScaleError ? thrown.kind : 'defect';
}
