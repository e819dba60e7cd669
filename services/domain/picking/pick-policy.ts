import type { Random } from '../ports.ts';
import type { EarlierRound } from '../run/earlier-rounds.ts';
import type { Objective } from '../run/objective.ts';
import type { OutcomeRow } from '../run/outcomes/outcome-row.ts';
import type { OwnSettings } from '../settings/own-settings.ts';
import type { SettingRules } from '../settings/setting-rule.ts';
import type { OutcomeBoard } from './outcome-board.ts';

export interface PickSettings {
  /** How many the policy `top` executes again. */
  readonly topK: number;
  /** Halving keeps one in eta at each rung. */
  readonly eta: number;
  /** A workflow is given up, or reported as beaten, when the leader is better with this probability; in (0, 1). */
  readonly confidence: number;
  /** The policy's own; absent if it has none, or none is set. */
  readonly own?: OwnSettings;
}

/** What is known when the search is over and its winner must be named. */
export interface PickTask {
  readonly queryCount: number;
  /** Every round with a score, oldest first, with what was executed during the search. */
  readonly candidates: readonly EarlierRound[];
  /** Rows of earlier searches on the same queries: they tell about the queries and are not candidates. */
  readonly memory: readonly OutcomeRow[];
  /** Executions that may be spent. */
  readonly budget: number;
  /**
   * Executions on top of the budget, of round 1 alone, to compare it in the end with the winner on the same queries; 0: by
   * what there is. Absent: the policy's word is the last.
   */
  readonly againstStart?: number;
  readonly settings: PickSettings;
  /** What the search looks for; absent: the highest score. */
  readonly objective?: Objective;
  /** The run's `search.parallelism`. Above 1 time counts: a policy asks for much at once instead of in many small steps. */
  readonly parallelism: number;
  /** A stream for the pick's own draws. It restarts each time the task is made. */
  readonly random: Random;
  /** The stream that evaluation methods share between the rounds (Evidence.runRandom). */
  readonly runRandom: Random;
}

/** One execution: a candidate, by its place in the task, on a query. */
export interface PickRequest {
  readonly candidate: number;
  readonly query: number;
}

/**
 * Asks for executions, finds their scores on the board when it resumes, and returns the winner's place in the task. Each `yield`
 * gives the executions that may still be spent: fewer than the budget leaves if tokens run out. If that happens in the middle
 * of what was asked for, some scores are not on the board, and nothing more will be executed.
 */
export type PickPlan = Generator<readonly PickRequest[], number, number>;

/**
 * A way to name the winner: the same code live and in replay. It must be deterministic, ask for nothing that is already on the
 * board, and never ask for more than the budget: its driver restarts it whenever executions have arrived.
 */
export interface PickPolicy {
  readonly name: string;
  readonly description: string;
  /**
   * Settings of its own, listed with the others under `search.final_pick`. It reads them with ownSettings(rules,
   * task.settings.own).
   */
  readonly settings?: SettingRules;
  /**
   * Its winner is one of those that know every query of its last step, and of each step before. Then round 1 can be executed on
   * them beside it, to be compared with the winner. Absent: nothing is executed before the winner is known.
   */
  readonly sharesQueries?: boolean;
  plan(task: PickTask, board: OutcomeBoard): PickPlan;
}
