import { above, whole } from '../../domain/settings/number-rules.ts';
import type { CallShare } from '../contracts/generated/scale/v1/control.ts';

/** What may be said of a share: in a run file, on the command line and in a call. */
export const shareRules = { weight: above(0, 1_000), priority: whole(-100, 100), atMost: whole(1, 100_000) } as const;

/** What a run has that says nothing. */
export const usualShare: CallShare = { weight: 1, priority: 0, atMost: 0 };

/** How teams are named, in files and calls. */
export const teamName = { pattern: /^[\w.@-]{1,60}$/, rule: '1 to 60 letters, digits, dots, hyphens, underscores or @' } as const;

export type AskedShare = { readonly [Setting in 'weight' | 'priority' | 'atMost']?: CallShare[Setting] | undefined };

/** @returns what is wrong with it, in one sentence; undefined if nothing is. An `atMost` of 0 is no limit */
export function shareFault({ weight = 1, priority = 0, atMost = 0 }: AskedShare): string | undefined {
  const { weight: ofWeight, priority: ofPriority, atMost: ofMost } = shareRules;
  if (!(weight > ofWeight.low && weight <= ofWeight.high))
    return `a weight must be a number above ${ofWeight.low} and up to ${ofWeight.high}, but is ${weight}`;
  if (!(Number.isInteger(priority) && priority >= ofPriority.low && priority <= ofPriority.high))
    return `a priority must be a whole number from ${ofPriority.low} to ${ofPriority.high}, but is ${priority}`;
  if (atMost > ofMost.high) return `a run may be limited to 1 to ${ofMost.high} calls in flight, but not to ${atMost}`;
  return undefined;
}

/** The share as it is after what was asked, which is checked already. */
export function withAsked(share: CallShare | undefined, { weight, priority, atMost }: AskedShare): CallShare {
  const before = { ...usualShare, ...share };
  return {
    ...before,
    weight: weight ?? (before.weight || 1),
    priority: priority ?? before.priority,
    atMost: atMost ?? before.atMost,
  };
}
