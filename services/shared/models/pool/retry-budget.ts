/** Bounds the retries of all calls together, so that an outage does not multiply the load that may have caused it. */
export interface RetryBudget {
  callStarted(): void;
  /** False if no retries are left now. */
  spend(): boolean;
}

/**
 * An endpoint that fails a tenth of all calls needs one retry in nine calls: a half of them leaves that room, and an outage still
 * cannot more than double the load.
 * @param share retries per call, in the long run
 * @param reserve retries that may be spent at once, and how many there are at the start
 */
export function createRetryBudget({ share = 0.5, reserve = 50 } = {}): RetryBudget {
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
