import { above, between, whole, wholeFrom } from '../settings/number-rules.ts';
import type { SettingRules } from '../settings/setting-rule.ts';

/**
 * What a search looks for: of those that cannot be told from the best, the cheapest; the highest score less a price for its
 * tokens; the cheapest that beats the start by so much; or the highest score, whatever it costs.
 */
export const objectiveNames = ['score', 'score-minus-cost', 'cheapest', 'highest-score'] as const;

/**
 * The settings of `search` in a run file, except the two groups below. A new setting is one entry here; it must leave out the
 * value that keeps the earlier behaviour. AFlow's own values (rounds, candidates, lambda, alpha) are the ones that the paper uses
 * without naming them.
 */
export const searchRules = {
  max_rounds: {
    ...whole(1, 10_000),
    unit: 'rounds',
    default: 20,
    description: 'the most workflows that are evaluated, including the initial one',
  },
  candidates: {
    ...whole(1, 1000),
    default: 4,
    description: "parents come from round 1 and the best others, this many in total (AFlow's `sample`)",
  },
  lambda: { ...between(0, 1), default: 0.3, description: 'Eq 4: weight of the uniform part' },
  alpha: { ...between(0, 100), default: 0.2, description: 'Eq 4: how much a better score counts, on scores times 100' },
  ties: {
    type: 'choice',
    choices: ['newest', 'oldest'],
    // AFlow takes the oldest. Scores of a few queries are equal so often that such a search would stay where it began
    // (docs/decisions/0008).
    default: 'newest',
    leftOut: 'oldest',
    description: 'which of several workflows with equal scores is the first to become a parent; AFlow: oldest',
  },
  parents: {
    type: 'name',
    of: 'parent samplings',
    default: 'drawn',
    leftOut: 'drawn',
    description: 'how the workflow that a round edits is chosen: [more below](#which-workflow-is-edited-parents)',
  },
  merge_every: {
    ...whole(0, 1000),
    unit: 'rounds',
    default: 0,
    leftOut: 0,
    description:
      'each so many rounds, merge two workflows that solve different queries instead of editing one; 0: never; ' +
      '[more below](#two-parents-merge_every)',
  },
  objective: {
    type: 'choice',
    choices: objectiveNames,
    default: 'score',
    // Runs from before there was a choice, and the presets paper and aflow: cost counts for nothing.
    leftOut: 'highest-score',
    description: 'what the search looks for: [more below](#what-the-search-looks-for-objective)',
  },
  cost_weight: {
    ...above(0, 1000),
    unit: 'points',
    default: 1,
    leftOut: 1,
    description: 'of `score-minus-cost`: points of score (of 100) that 1,000 tokens an answer must be worth',
  },
  least_gain: {
    ...between(-100, 100),
    unit: 'points',
    default: 0,
    leftOut: 0,
    description: 'of `cheapest`: points by which a workflow must be better than the start; below 0, by which it may be worse',
  },
  proposal_attempts: {
    ...whole(1, 20),
    default: 3,
    description: 'how often the optimizer is asked in a round before the round is given up',
  },
  parallelism: {
    ...whole(1, 64),
    unit: 'rounds',
    // The paper's order, one round after another, is 1. What a lag costs is in docs/decisions/0018.
    default: 4,
    leftOut: 1,
    description:
      'P: rounds under way at once; round r begins when round r-P is over, and sees no later one; [more below](#several-rounds-at-once-parallelism)',
  },
  failing_queries_shown: {
    ...whole(0, 20),
    unit: 'queries',
    default: 3,
    description: 'queries that the parent got wrong, shown to the optimizer',
  },
  feedback_tokens: {
    ...whole(0, 20_000),
    unit: 'tokens',
    default: 600,
    leftOut: 0,
    description:
      "the most tokens of what the scorer says of the queries that are shown, in the optimizer's prompt; 0: nothing is told; " +
      '[more below](#what-a-scorer-says-feedback_tokens)',
  },
  similarity_limit: {
    ...between(0.5, 1),
    default: 1,
    leftOut: 1,
    description:
      'a proposal that is this similar to a workflow that was tried is asked for again, once a round; 1: none is; ' +
      '[more below](#what-is-nearly-the-same-similarity_limit)',
  },
  token_budget: {
    ...wholeFrom(0),
    unit: 'tokens',
    default: 0,
    description:
      'the most tokens that the run may spend on rounds and final pick; 0: no limit; [more below](#a-limit-to-the-tokens-token_budget)',
  },
  max_calls_per_query: {
    ...whole(1, 10_000),
    unit: 'calls',
    default: 20,
    description: 'a workflow that could make more model calls in one execution is refused',
  },
  memory: {
    type: 'flag',
    spelt: 'on or off',
    // If on, the same seed gives a different search each time, and the seeds of a sweep depend on one another.
    default: false,
    leftOut: false,
    description: 'start from what earlier searches on the same queries have shown: [memory](memory.md)',
  },
  canary: {
    type: 'flag',
    default: true,
    leftOut: false,
    description:
      'execute each new workflow on one easy query before anything else; [more below](#before-a-workflow-is-paid-for-the-canary)',
  },
} as const satisfies SettingRules;

/**
 * AFlow's early stop, `convergence`, with AFlow's values: setting any part of the rule turns it on. It is off by default: it is
 * meant for scores over all queries and mistakes equal scores on a few queries for convergence (docs/decisions/0008).
 */
export const convergenceRules = {
  rounds: {
    ...whole(0, 1000),
    unit: 'rounds',
    default: 5,
    description: 'stop after this many flat rounds of the mean of the best; 0: never',
  },
  top: { ...whole(1, 1000), default: 3, description: 'how many of the best scores the mean is taken over' },
  z: { ...between(0, 100), default: 0, description: 'how many standard errors of the mean still count as flat' },
} as const satisfies SettingRules;

/** How the winner is named when the search is over: `final_pick`. A policy's own settings are with the policy. */
export const finalPickRules = {
  policy: {
    type: 'name',
    of: 'pick policies',
    default: 'race',
    description: 'what is executed to name the winner: [more below](#naming-the-winner-final_pick)',
  },
  top_k: { ...whole(1, 1000), default: 3, description: 'how many the policy `top` executes in full' },
  share: {
    ...between(0, 1),
    // Twice evaluation.few_shot_ratio: what is executed at the end says more of the best (docs/decisions/0031).
    default: 0.06,
    description: 'what any other policy may execute, as a share of executing every scored workflow in full',
  },
} as const satisfies SettingRules;
