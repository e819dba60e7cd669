/** A difficulty bin [low, high) at the time of a draw; the last one includes 1. */
export interface Stratum {
  readonly low: number;
  readonly high: number;
  readonly queries: number;
  /** p_k, 0 for an empty bin. */
  readonly probability: number;
  readonly drawn: number;
}
