/** Bounds the retries of all calls together, so that an outage does not multiply the load that may have caused it. */
export interface RetryBudget {
  callStarted(): void;
  /** False if no more retries are to be had now. */
  spend(): boolean;
}

/**
 * @param share retries for each call, in the long run
 * @param reserve retries that may be spent at once, and what there is at the start
 */
export function createRetryBudget({ share = 0.1, reserve = 20 } = {}): RetryBudget {
  let left = reserve;
  return {
    callStarted: () => {
      left = Math.min(reserve, left + share);
    },
    spend: () => {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
