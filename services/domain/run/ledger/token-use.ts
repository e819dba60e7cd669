import type { Usage } from '../../ports.ts';

/** What is doubtful about the figures of some calls. Each field is absent if there is no doubt. */
export interface CallDoubts {
  /** Calls whose server gave no usage, so that their tokens are guessed from the lengths of the texts. */
  readonly estimatedCalls?: number;
  /** Calls whose server counts too few tokens to have read the whole prompt. */
  readonly cutPrompts?: number;
  /** The models that servers say have answered, if the name differs from the model's. Sorted. */
  readonly servedAs?: readonly string[];
}

/** Calls and tokens of one model, with whether a simulated model answered any of them. */
export interface TokenUse extends CallDoubts {
  readonly model: string;
  readonly calls: number;
  readonly usage: Usage;
  readonly simulated: boolean;
}

/** What the tokens were spent on. */
export const phases = ['warm-up', 'propose', 'canary', 'predict', 'few-shot', 'final', 'test'] as const;
export type Phase = (typeof phases)[number];
