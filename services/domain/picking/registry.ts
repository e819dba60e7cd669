import { type Registry, registryOf } from '../names/registry.ts';
import { argmax } from './argmax.ts';
import { halving } from './halving.ts';
import type { PickPolicy, PickSettings } from './pick-policy.ts';
import { race } from './race.ts';
import { refine } from './refine.ts';
import { top } from './top.ts';

export type PickPolicies = Registry<PickPolicy>;

/** Every pick policy there is, by name. A new one is one line here. */
export const pickPolicies: PickPolicies = registryOf('pick policy', [argmax, top, halving, race, refine]);

export const defaultPickSettings: PickSettings = { topK: 3, eta: 2, confidence: 0.95 };
