import { ScaleError } from '../errors/scale-error.ts';
import { argmax } from './argmax.ts';
import { halving } from './halving.ts';
import type { PickPolicy, PickSettings } from './pick-policy.ts';
import { race } from './race.ts';
import { refine } from './refine.ts';
import { top } from './top.ts';

export type PickPolicies = ReadonlyMap<string, PickPolicy>;

/** Every pick policy there is, by name. A new one is one line here. */
export const pickPolicies: PickPolicies = new Map([argmax, top, halving, race, refine].map((policy) => [policy.name, policy]));

export const defaultPickSettings: PickSettings = { topK: 3, eta: 2, confidence: 0.95 };

export class UnknownPickPolicyError extends ScaleError {
  readonly kind = 'bad-input';
  readonly policy: string;

  constructor(policy: string, policies: PickPolicies) {
    super(`there is no pick policy "${policy}"; use one of ${[...policies.keys()].join(', ')}`);
    this.policy = policy;
  }
}

/** @throws UnknownPickPolicyError */
export function pickPolicyNamed(name: string, policies: PickPolicies = pickPolicies): PickPolicy {
  const policy = policies.get(name);
  if (policy === undefined) throw new UnknownPickPolicyError(name, policies);
  return policy;
}
