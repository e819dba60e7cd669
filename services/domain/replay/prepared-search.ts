import type { OutcomeBoard } from '../picking/outcome-board.ts';
import type { EarlierRound } from '../run/earlier-rounds.ts';
import type { Evaluation } from '../run/event.ts';
import type { RecordedSearch } from './recorded-search.ts';

export interface ReplayedSearch {
  /** One per workflow, in their order. */
  readonly evaluations: readonly Evaluation[];
  /** The winner's place; undefined without a pick. */
  readonly picked: number | undefined;
  /** Times that the pick waited for executions; undefined without a pick. */
  readonly pickSteps: number | undefined;
  /** Rounds that were executed in full, as the warm-up. */
  readonly warmUpRounds: number;
  readonly executions: number;
  /** What was executed, one row per workflow; the pick's executions are on the board. */
  readonly rows: readonly EarlierRound[];
  readonly board: OutcomeBoard | undefined;
}

export interface PreparedSearch extends RecordedSearch {
  /** Those before it on the same queries, the newest first. */
  readonly earlier: readonly PreparedSearch[];
  readonly truths: readonly number[];
  readonly working: readonly boolean[];
}
