import type { JobContext } from '../job-work.ts';

/** The calls that a job has under way, and whether it does nothing while all of them are in line for an endpoint. */
export interface CallsUnderWay {
  underWay(): number;
  during<Reply>(ask: () => Promise<Reply>): Promise<Reply>;
  /** A call is in line from now on, until what this returns is called. */
  inLine(): () => void;
}

/** @param waits told when the job does nothing; what it returns is called when the job goes on */
export function countCallsUnderWay(waits: JobContext['waits']): CallsUnderWay {
  let underWay = 0;
  let waiting = 0;
  let goesOn: (() => void) | undefined;
  const tellWhetherIdle = (): void => {
    const isIdle = waiting > 0 && waiting === underWay;
    if (isIdle) goesOn ??= waits?.();
    else {
      goesOn?.();
      goesOn = undefined;
    }
  };
  return {
    underWay: () => underWay,
    during: async (ask) => {
      underWay += 1;
      tellWhetherIdle();
      try {
        return await ask();
      } finally {
        underWay -= 1;
        tellWhetherIdle();
      }
    },
    inLine: () => {
      waiting += 1;
      tellWhetherIdle();
      return () => {
        waiting -= 1;
        tellWhetherIdle();
      };
    },
  };
}
