import { evaluationMethods } from '../../domain/evaluation/registry.ts';
import { pickPolicies } from '../../domain/picking/registry.ts';
import { parentSamplings } from '../../domain/search/parents/registry.ts';
import type { RegistryName, SettingRules } from '../../domain/settings/setting-rule.ts';

/** Something that a setting names, and that may bring settings of its own. */
export interface Named {
  readonly name: string;
  readonly description: string;
  readonly settings?: SettingRules;
}

/** The registries that settings name something of. */
export const registries: Readonly<Record<RegistryName, ReadonlyMap<string, Named>>> = {
  'evaluation methods': evaluationMethods,
  'pick policies': pickPolicies,
  'parent samplings': parentSamplings,
};

/** The names that a registry has now. */
export function namesIn(registry: RegistryName): string[] {
  return [...registries[registry].keys()];
}
