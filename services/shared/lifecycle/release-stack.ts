import { ScaleError } from '../../domain/errors/scale-error.ts';

/**
 * What must be released at the end. Acquire, then push the release on the next line, so that a failure further down releases
 * everything acquired before it.
 */
export interface ReleaseStack extends AsyncDisposable {
  /** The name says what could not be released, e.g. "the bus". */
  push(name: string, release: () => void | Promise<void>): void;
  /** Pushes the handle's disposal and returns the handle. */
  use<T extends AsyncDisposable>(name: string, handle: T): T;
  /**
   * Runs all releases one by one, the last pushed first. One that throws does not keep the others from running.
   * @throws AggregateError of UnreleasedError
   */
  release(): Promise<void>;
}

export class UnreleasedError extends ScaleError {
  readonly kind = 'failed';
  constructor(what: string, cause: unknown) {
    super(`${what} could not be released: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

export function createReleaseStack(): ReleaseStack {
  const releases: { name: string; release: () => void | Promise<void> }[] = [];

  const release = async () => {
    const errors: UnreleasedError[] = [];
    for (let entry = releases.pop(); entry !== undefined; entry = releases.pop()) {
      try {
        await entry.release();
      } catch (error) {
        errors.push(new UnreleasedError(entry.name, error));
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('; '));
  };

  return {
    push: (name, entry) => void releases.push({ name, release: entry }),
    use: (name, handle) => {
      releases.push({ name, release: async () => handle[Symbol.asyncDispose]() });
      return handle;
    },
    release,
    [Symbol.asyncDispose]: release,
  };
}
