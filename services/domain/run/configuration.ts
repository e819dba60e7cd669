import type { Workflow } from '../workflow/workflow.ts';
import type { RunKind } from './run-kind.ts';

/** Everything that decides a search, frozen in its first event. What only decides how fast it goes is elsewhere. */
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
}

export interface SearchSettings {
  /** Workflows evaluated at most, the initial one among them. */
  readonly maxRounds: number;
  /** Parents come from round 1 and the best others, this many in total (AFlow's `sample`, 4). */
  readonly candidates: number;
  /** Eq 4's lambda, weight of the uniform part; AFlow's 0.3. */
  readonly lambda: number;
  /** Eq 4's alpha on scores times 100; AFlow's 0.2. */
  readonly alpha: number;
  /**
   * Of workflows with equal scores, the one found last is the first to become a parent. Scores of a few queries are equal so often that
   * a search which keeps to the oldest, as AFlow does, stays where it began. Absent: the oldest.
   */
  readonly ties?: 'newest';
  /** Times the optimizer is asked in a round before the round is given up. */
  readonly proposalAttempts: number;
  readonly failingQueriesShown: number;
  /** AFlow's convergence rule: stop after this many flat rounds of the mean of the best; 0 turns it off. AFlow: 5, 3, 0. */
  readonly convergenceRounds: number;
  readonly convergenceTop: number;
  readonly convergenceZ: number;
  /** Stop when this many tokens are spent; 0 for no limit. */
  readonly tokenBudget: number;
  /** Most model calls of one execution. */
  readonly maxCallsPerQuery: number;
  /** Execute each new workflow on one easy query first. Absent: no. */
  readonly canary?: boolean;
  /** Absent: the highest score as it stands (argmax). */
  readonly finalPick?: FinalPickSettings;
  /** Begin with what earlier searches on the same queries have shown. Absent: no. */
  readonly memory?: boolean;
  /** A proposal that breaks a static rule ends its round with the score 0.0, as the paper says. Absent: it is asked for again. */
  readonly invalidScoresZero?: boolean;
}

/** How the winner is named when the search is over. */
export interface FinalPickSettings {
  /** A name of picking/registry.ts. */
  readonly policy: string;
  /** How many the policy `top` executes in full. */
  readonly topK: number;
  /** Executions that any other policy may spend, as a share of those that executing every scored workflow in full would take. */
  readonly share: number;
}

export type EvaluationMethodName = string;

export interface EvaluationSettings {
  readonly method: EvaluationMethodName;
  /** M: rounds with full execution, the initial workflow's among them. */
  readonly warmUpRounds: number;
  /** rho: |Dfew| / |Dval|, in (0, 1]. */
  readonly fewShotRatio: number;
  /** K: intervals of the difficulty range. */
  readonly bins: number;
  /** Sampling temperature of the bins: p_k ~ exp(gamma n_k), on counts as the paper has it. */
  readonly gamma: number;
  /** One Dfew for the run, or a new one in each round. */
  readonly draw: 'once' | 'each-round';
  /** Eq 9: tolerance of |S_pred - S_few|. */
  readonly tau: number;
  /** Eq 9: cap of alpha, in (0, 1]. */
  readonly alphaMax: number;
  /** Eq 9's two readings: (eps/tau) psi, or eps/(tau psi). */
  readonly alphaForm: 'product' | 'quotient';
  /** Times a prediction is asked for before the round goes on without one. */
  readonly predictionAttempts: number;
  /** Executions of a workflow on each query in a full evaluation. */
  readonly repeats: number;
  /** In full evaluations too, ask the optimizer for its prediction and its confidence. Absent: no. */
  readonly forecasts?: boolean;
}
