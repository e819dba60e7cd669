import type { Configured } from '../settings/configured.ts';
import type { OwnSettings } from '../settings/own-settings.ts';
import type { Workflow } from '../workflow/workflow.ts';
import type { evaluationRules } from './evaluation-rules.ts';
import type { RunKind } from './run-kind.ts';
import type { finalPickRules, searchRules } from './search-rules.ts';

/** Everything that decides a search, frozen in its first event. What only affects its speed is elsewhere. */
export interface RunConfiguration {
  readonly kind: RunKind;
  readonly name: string;
  /** In [0, 2^53). */
  readonly seed: number;
  readonly benchmark: BenchmarkReference;
  readonly executor: ModelSettings;
  readonly optimizer: ModelSettings;
  readonly search: SearchSettings;
  readonly evaluation: EvaluationSettings;
  /** W_1: by default a single call that answers the query. */
  readonly initialWorkflow: Workflow;
}

export interface BenchmarkReference {
  readonly name: string;
  readonly split: string;
  /** SHA-256 of the content, hex. */
  readonly contentHash: string;
  readonly queryCount: number;
  readonly scorer: string;
  /** The class of each query, from 0; absent where the data has none (answerClasses), and in runs from before there was this. */
  readonly classes?: readonly number[];
}

export interface ModelSettings {
  readonly model: string;
  /** null: not sent, so that the server's own holds. */
  readonly temperature: number | null;
  /** null: not sent. */
  readonly topP: number | null;
  /** Limit of one reply, in tokens. */
  readonly maxTokens: number;
  readonly chatTemplateKwargs: Readonly<Record<string, unknown>>;
  /** Send a seed derived from the run's with each call. */
  readonly sendSeed: boolean;
  /** Ask for replies under a JSON schema: `auto`, where the server is known to honour one, or `on`. Absent: not. */
  readonly structured?: string;
  /** Ask for samples of one prompt in one request. Absent: one by one. */
  readonly joinSamples?: boolean;
}

export interface SearchSettings extends Configured<typeof searchRules> {
  /**
   * AFlow's convergence rule: stop after the mean of the best has been flat for this many rounds; 0 turns it off. AFlow: 5, 3, 0.
   */
  readonly convergenceRounds: number;
  readonly convergenceTop: number;
  readonly convergenceZ: number;
  /** Absent: the highest score of the search (argmax). */
  readonly finalPick?: FinalPickSettings;
  /**
   * A proposal that breaks a static rule ends its round with the score 0.0, as the paper says. Absent: the optimizer is asked
   * again.
   */
  readonly invalidScoresZero?: boolean;
}

/** How the winner is named when the search is over. */
export interface FinalPickSettings extends Configured<typeof finalPickRules> {
  /** The policy's own; absent if it has none. */
  readonly own?: OwnSettings;
}

/** See evaluation-rules.ts for what each is. */
export interface EvaluationSettings extends Configured<typeof evaluationRules> {
  /** The method's own; absent if it has none. */
  readonly own?: OwnSettings;
}
