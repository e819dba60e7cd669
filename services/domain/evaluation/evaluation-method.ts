import type { Random } from '../ports.ts';
import type { EvaluationSettings } from '../run/configuration.ts';
import type { EarlierRound } from '../run/earlier-rounds.ts';
import type { Evaluation } from '../run/event.ts';
import type { Outcomes } from '../run/outcomes/outcome-list.ts';
import type { OutcomeRow } from '../run/outcomes/outcome-row.ts';
import type { Stratum } from '../sampling/stratum.ts';
import type { SettingRules } from '../settings/setting-rule.ts';
import type { Mark } from './mark.ts';

/** What is known when a candidate is being scored. */
export interface Evidence {
  readonly settings: EvaluationSettings;
  readonly queryCount: number;
  /** The class of each query; absent where the data has none. */
  readonly classes?: readonly number[];
  readonly round: number;
  /** Rounds that were executed in full, oldest first: the warm-up matrix. scores[i] is the mean over repeats on query i. */
  readonly warmUp: readonly { readonly round: number; readonly scores: readonly number[] }[];
  /** Dfew of an earlier round, if any. */
  readonly earlierSample: readonly number[] | undefined;
  /** Rounds before this one that have a score, oldest first: with `outcomes`, the whole matrix so far. */
  readonly earlier: readonly EarlierRound[];
  /** Rows of earlier searches on the same queries: they tell about the queries and are not candidates. */
  readonly memory: readonly OutcomeRow[];
  /** 0 for round 1. */
  readonly parentRound: number;
  /** Score of the parent and where it came from, if the parent has one. */
  readonly parent: Evaluation | undefined;
  /** The candidate's own executions so far, without those that say nothing about it. */
  readonly outcomes: Outcomes;
  /** Queries asked for in this round so far, whether finished or not. */
  readonly sampled: readonly number[];
  /** 'pending' until asked for and answered; undefined if the optimizer gave no usable one. */
  readonly prediction: number | 'pending' | undefined;
  /** How sure the optimizer said it was of its proposal, in [0, 1]; undefined if it did not say. */
  readonly confidence: number | undefined;
  /** A stream that is the same in every round, for what all workflows of the run share. It restarts at each call. */
  readonly runRandom: Random;
  /**
   * A stream for this round's draws, the same in every round if they draw one sample side by side. It restarts at each call: use
   * it for one decision.
   */
  readonly random: Random;
}

/** What a method wants next, or its verdict. */
export type EvaluationStep =
  | { readonly kind: 'sample'; readonly queryIndexes: readonly number[]; readonly strata: readonly Stratum[] }
  | { readonly kind: 'predict' }
  | { readonly kind: 'score'; readonly evaluation: Evaluation };

/**
 * A way to give a workflow a score: the same code live and in replay. It is asked again whenever what it asked for has arrived. A
 * new method is one file here and one line in registry.ts.
 */
export interface EvaluationMethod {
  readonly name: string;
  readonly description: string;
  /** What legends call its scores. */
  readonly label: string;
  /** The shape of its scores in plots, which no other method uses. */
  readonly mark: Mark;
  /** Every workflow is executed on every query: nothing is estimated. */
  readonly executesAll?: true;
  /** The optimizer is asked to say with its proposal how sure it is of it. */
  readonly asksConfidence?: true;
  /** It needs no warm-up if memory holds executions of the same queries; a replay then tries it without one. */
  readonly livesOnMemory?: true;
  /**
   * Variants of the method that a replay compares instead, each with the settings that define it, if they are not the usual ones.
   */
  readonly forms?: readonly { readonly name: string; readonly settings?: Partial<EvaluationSettings> }[];
  /**
   * Settings of its own, listed with the others under `evaluation` in a run file that names this method. It reads them
   * with ownSettings(rules, evidence.settings.own).
   */
  readonly settings?: SettingRules;
  /** Whether the optimizer is asked for a prediction in the warm-up too, as the paper does to learn how good it is. */
  readonly usesPrediction: boolean;
  /**
   * Pure, and stable for the same evidence. It is also asked while executions are outstanding if the prediction is pending: then
   * only the answer 'predict' counts, which requests the prediction alongside the executions.
   */
  next(evidence: Evidence): EvaluationStep;
}
