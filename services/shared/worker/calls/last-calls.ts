import { ScaleError } from '../../../domain/errors/scale-error.ts';
import { BudgetSpentError } from '../../budgets/budget-spent-error.ts';

/** The worker ends soon: the job goes back to the queue before its next call, with those that it has paid for in the journal. */
export class WorkerEndingError extends ScaleError {
  readonly kind = 'interrupted';
}

/** Does a call of a job. @param isPaid the journal answers it: it takes no time */
export type CallGate = <Reply>(isPaid: boolean, call: () => Promise<Reply>) => Promise<Reply>;

/**
 * Lets the calls of one job begin until the worker ends soon.
 * @param lastCalls aborts then
 * @throws WorkerEndingError, once no call of the job is under way: a job whose one branch fails cuts the calls of the others. A
 *   call that the limits of its run do not allow fails as late for the same reason
 */
export function createCallGate(lastCalls: AbortSignal | undefined): CallGate {
  let underWay = 0;
  let idle: PromiseWithResolvers<void> | undefined;
  const untilIdle = async (): Promise<void> => {
    while (underWay > 0) {
      idle ??= Promise.withResolvers();
      await idle.promise;
    }
  };
  const ended = (): void => {
    underWay -= 1;
    if (underWay > 0) return;
    idle?.resolve();
    idle = undefined;
  };
  return async (isPaid, call) => {
    if (lastCalls?.aborted && !isPaid) {
      await untilIdle();
      throw new WorkerEndingError('the worker is ending, and begins no further call');
    }
    underWay += 1;
    try {
      const reply = await call();
      ended();
      return reply;
    } catch (error) {
      ended();
      if (error instanceof BudgetSpentError) await untilIdle();
      throw error;
    }
  };
}
