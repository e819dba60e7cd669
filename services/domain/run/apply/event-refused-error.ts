import { ScaleError } from '../../errors/scale-error.ts';
import type { RunEvent } from '../event.ts';

/** Thrown by applyEvent: the event cannot follow what is in the log, so the log is damaged or its writer is wrong. */
export class EventRefusedError extends ScaleError {
  readonly kind = 'damaged';
  readonly event: RunEvent['kind'];

  constructor(event: RunEvent['kind'], why: string) {
    super(`the event ${event} cannot be applied: ${why}`);
    this.event = event;
  }
}
