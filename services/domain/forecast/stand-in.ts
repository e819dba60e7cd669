import type { EditsOf } from './edit-effects.ts';

/** Calls and tokens, which need not be whole. */
export interface ExpectedUse {
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** What models are expected to use in a run: by earlier runs where there are any, and otherwise by what is usual. */
export interface StandIn {
  /** An execution of the initial workflow, by query. */
  readonly executions: readonly ExpectedUse[];
  /** Of the initial workflow, from 0 to 1. */
  readonly score: number;
  readonly edits: readonly EditsOf[];
  /** Prompts of the optimizer: tokens in a character of them. */
  readonly tokensPerCharacter: number;
  /** Of its replies beside the workflow that they hold. */
  readonly proposalTokens: number;
  readonly predictionTokens: number;
  /** How often a first proposal is refused before it is executed, and a later one. */
  readonly refused: { readonly first: number; readonly later: number };
  readonly doubts: Doubts;
}

/** How far off these may be: standard deviations of the logarithm. */
export interface Doubts {
  /** Of the length of the executor's replies. */
  readonly executor: number;
  /** Of everything that the optimizer uses. */
  readonly optimizer: number;
  /** Of the calls of an execution: 0 for a workflow that always makes as many. */
  readonly branches: number;
}
