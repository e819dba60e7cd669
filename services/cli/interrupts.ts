import type { ErrorKind } from '../domain/errors/error-kind.ts';
import { ScaleError } from '../domain/errors/scale-error.ts';

/** Why a command was asked to stop. */
export class InterruptedError extends ScaleError {
  readonly kind: ErrorKind;
  readonly by: NodeJS.Signals;

  constructor(by: NodeJS.Signals) {
    super(by === 'SIGINT' ? 'interrupted' : `ended by ${by}`);
    this.kind = by === 'SIGINT' ? 'interrupted' : 'terminated';
    this.by = by;
  }
}

export interface Interrupts {
  /** Aborts at the first signal, with an InterruptedError: finish cleanly. */
  readonly requested: AbortSignal;
  /** Aborts at the second: stop at once. */
  readonly forced: AbortSignal;
}

/** Takes over SIGINT, SIGTERM and SIGHUP of this process. */
export function listenForInterrupts(announce: (message: string) => void): Interrupts {
  const requested = new AbortController();
  const forced = new AbortController();
  const onSignal = (by: NodeJS.Signals): void => {
    if (requested.signal.aborted) {
      forced.abort(new InterruptedError(by));
      return;
    }
    announce('Stopping cleanly; press Ctrl-C again to stop at once.');
    requested.abort(new InterruptedError(by));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return { requested: requested.signal, forced: forced.signal };
}
