import type { Usage } from '../ports.ts';

/** Calls and tokens of one model, with whether a simulated model answered any of them. */
export interface TokenUse {
  readonly model: string;
  readonly calls: number;
  readonly usage: Usage;
  readonly simulated: boolean;
}

/** What the tokens were spent on. */
export const phases = ['warm-up', 'propose', 'canary', 'predict', 'few-shot', 'final', 'test'] as const;
export type Phase = (typeof phases)[number];
