import { ScaleError } from '../../domain/errors/scale-error.ts';
import type { BudgetEnd } from '../contracts/generated/scale/v1/budgets.ts';

/** A call may not begin: its run, its sweep or the day has nothing left for it. Whoever leads the run decides what follows. */
export class BudgetSpentError extends ScaleError {
  readonly kind = 'conflict';

  /** @param end undefined if there may be room later */
  constructor(scope: string, end: BudgetEnd | undefined) {
    super(
      `no further call may begin: the limit of ${scope} ${end === undefined ? 'leaves no room now' : `of ${end.limit} is reached`}`,
    );
  }
}
