import { type EditsOf, editsOf } from './edit-effects.ts';

const many = Number.POSITIVE_INFINITY;

/**
 * Of real optimizers: how the cost of an execution changed in the 63 edits of AFlow's published searches on GSM8K, DROP and
 * HumanEval (round_scores.csv of its authors' archive, 2024: gpt-4o-mini executes, claude-3.5-sonnet edits), by the cost of the
 * parent. Only dollars were recorded, so calls and tokens are taken to grow alike.
 */
export const publishedEdits: readonly EditsOf[] = editsOf([
  {
    mostCalls: 1.5,
    mostReply: many,
    rows: [
      1.13, 0, 0, 0.01, 1.14, 0, 0, -0.01, 1.21, 0, 0, 0.01, 1.55, 0, 0, -0.03, 1.65, 0, 0, -0.03, 1.9, 0, 0, -0.28, 1.96, 0, 0,
      -0.05, 1.97, 0, 0, 0.03, 2.09, 0, 0, -0.03, 2.09, 0, 0, 0.01, 2.3, 0, 0, 0.07, 2.57, 0, 0, -0.03, 2.63, 0, 0, 0, 2.92, 0, 0,
      0.44, 2.93, 0, 0, 0.68, 2.98, 0, 0, 0.45, 3.36, 0, 0, -0.01, 3.38, 0, 0, -0.05,
    ],
  },
  {
    mostCalls: 3.5,
    mostReply: many,
    rows: [
      0.42, 0, 0, -0.01, 1.03, 0, 0, -0.02, 1.08, 0, 0, 0.02, 1.1, 0, 0, 0.03, 1.13, 0, 0, 0, 1.53, 0, 0, -0.69, 1.58, 0, 0,
      -0.04, 2.15, 0, 0, 0, 2.66, 0, 0, -0.05, 2.73, 0, 0, -0.01, 3.22, 0, 0, -0.05, 3.41, 0, 0, -0.04, 3.43, 0, 0, -0.02, 3.45,
      0, 0, 0, 3.45, 0, 0, 0.02, 3.48, 0, 0, -0.01,
    ],
  },
  {
    mostCalls: many,
    mostReply: many,
    rows: [
      0.19, 0, 0, -0.01, 0.31, 0, 0, 0, 0.67, 0, 0, 0.01, 0.7, 0, 0, -0.06, 0.73, 0, 0, -0.01, 0.77, 0, 0, -0.06, 0.77, 0, 0,
      -0.01, 0.82, 0, 0, 0, 0.94, 0, 0, -0.02, 0.94, 0, 0, 0, 1.02, 0, 0, -0.01, 1.04, 0, 0, -0.01, 1.06, 0, 0, 0, 1.08, 0, 0,
      -0.04, 1.09, 0, 0, -0.07, 1.1, 0, 0, -0.12, 1.1, 0, 0, -0.1, 1.11, 0, 0, -0.03, 1.12, 0, 0, -0.02, 1.19, 0, 0, -0.48, 1.19,
      0, 0, 0.06, 1.23, 0, 0, -0.7, 1.37, 0, 0, -0.01, 1.4, 0, 0, -0.17, 1.49, 0, 0, -0.69, 1.5, 0, 0, 0.01, 1.64, 0, 0, -0.03,
      2.49, 0, 0, -0.07, 2.75, 0, 0, 0.01,
    ],
  },
]);
