import type { AnswerNature } from './edit-effects.ts';

/** Tokens of a model's reply, by the operator that asks. */
export interface TypicalReplies {
  readonly operators: Readonly<Record<string, number>>;
  /** What each token of the prompt adds, by the operator; absent: nothing. */
  readonly byPrompt?: Readonly<Record<string, number>>;
  /** Of any other operator. */
  readonly other: number;
  /** Of a `custom` call whose prompt asks for steps. */
  readonly steps: number;
  /** Standard deviation of the logarithm, by which a model and a benchmark may be off. */
  readonly doubt: number;
}

/**
 * Of the simulated model: of plain calls and of calls for a program by what answers are and, as a straight line through the means
 * of six built-in benchmarks, by the length of the prompt: more text is quoted, and a longer task takes a longer program. Of the
 * other operators the mean over the seven built-in benchmarks.
 */
export function simulatedReplies(nature: AnswerNature): TypicalReplies {
  const custom = { number: 66, words: 33, program: 60 }[nature];
  return {
    ...simulated,
    operators: { ...simulated.operators, custom },
    byPrompt: { custom: nature === 'words' ? 0.02 : 0, custom_code_generate: 0.53 },
  };
}

const simulated: TypicalReplies = {
  operators: {
    answer_generate: 140,
    sc_ensemble: 30,
    md_ensemble: 30,
    review: 35,
    revise: 165,
    format: 12,
    programmer: 38,
    custom_code_generate: 17,
    test: 68,
  },
  other: 60,
  steps: 125,
  doubt: 0.22,
};

/**
 * Of a hosted model of 2024 that thinks aloud in its answers: gpt-4o-mini's in the first rounds of AFlow's published searches,
 * whose dollars an execution at 0.15 and 0.60 a million tokens leave some 240 tokens of reply on GSM8K. The operators without a
 * record of their own are put in proportion. Another model may well take three times as many, or a third.
 */
export const publishedReplies: TypicalReplies = {
  operators: {
    custom: 240,
    answer_generate: 260,
    sc_ensemble: 110,
    md_ensemble: 110,
    review: 130,
    revise: 300,
    format: 20,
    programmer: 220,
    custom_code_generate: 250,
    test: 250,
  },
  other: 240,
  steps: 300,
  doubt: 0.6,
};

/** What a model that thinks before it answers adds to each reply. */
export const thinkingTokens = 1200;

/** Of English under the tokenizers of today. */
const charactersAToken = 4;

const asksForSteps = /step by step|\bthink\b|\breason(?:ing)?\b|\bexplain\b|\bshow (?:your|the) work/i;

export function replyTokens(replies: TypicalReplies, operator: string, prompt: string): number {
  if (operator === 'custom' && asksForSteps.test(prompt)) return replies.steps;
  const more = (replies.byPrompt?.[operator] ?? 0) * (prompt.length / charactersAToken);
  return Math.round((replies.operators[operator] ?? replies.other) + more);
}
