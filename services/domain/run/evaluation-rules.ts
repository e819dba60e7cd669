import { above, between, whole } from '../settings/number-rules.ts';
import type { SettingRules } from '../settings/setting-rule.ts';

/**
 * The settings of `evaluation` in a run file. A method's own settings are kept with the method. A new setting that any method may
 * read is one entry here; it must leave out the value that keeps the earlier behaviour.
 */
export const evaluationRules = {
  method: {
    type: 'name',
    of: 'evaluation methods',
    default: 'few-shot',
    description: 'how a workflow gets its score: [evaluation methods](estimators.md)',
  },
  warm_up_rounds: {
    ...whole(0, 10_000),
    unit: 'rounds',
    default: 0,
    description: "M: rounds with full execution, including the initial workflow's",
  },
  few_shot_ratio: {
    ...above(0, 1),
    // Half of the final pick's share (docs/decisions/0031); on fewer than 667 queries the floor counts.
    default: 0.03,
    description: 'ρ = |Dfew| / |Dval|: share of the queries that a candidate is executed on, at least one query',
  },
  few_shot_floor: {
    ...whole(1, 10_000),
    unit: 'queries',
    default: 20,
    // Runs from before it, and the presets paper and aflow.
    leftOut: 1,
    description:
      'fewest queries of such a sample, or all where there are fewer: [how few are too few](estimators.md#the-floor-of-the-sample)',
  },
  bins: { ...whole(1, 1000), default: 10, description: 'K: intervals of the difficulty range' },
  gamma: {
    ...between(0, 1000),
    default: 0.1,
    // On counts, as the paper has it.
    description: 'sampling temperature of the bins: p_k ~ exp(gamma n_k), with n_k the number of queries in bin k',
  },
  draw: {
    type: 'choice',
    choices: ['once', 'each-round'],
    default: 'once',
    description: 'one Dfew for the run, or a new one in each round',
  },
  tau: {
    ...above(0, 1),
    // Only a tau this small gives the paper's Table 3 with the product form of Eq 9.
    default: 0.01,
    description: 'Eq 9: tolerance of |S_pred - S_few|',
  },
  alpha_max: { ...above(0, 1), default: 0.9, description: 'Eq 9: cap of alpha' },
  alpha_form: {
    type: 'choice',
    choices: ['product', 'quotient'],
    default: 'product',
    description: "Eq 9's two readings: (eps/tau) psi, or eps/(tau psi)",
  },
  prediction_attempts: {
    ...whole(1, 20),
    default: 2,
    description: 'how often a prediction is asked for before the round continues without one',
  },
  repeats: { ...whole(1, 100), default: 1, description: 'executions of a workflow on each query in a full evaluation' },
  forecasts: {
    type: 'flag',
    default: false,
    leftOut: false,
    description:
      'with the method `full`: also ask the optimizer for its prediction and its confidence, to judge them (`scale experiment agreement`)',
  },
} as const satisfies SettingRules;
