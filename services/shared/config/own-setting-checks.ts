import { z } from 'zod';
import type { OwnSettings } from '../../domain/settings/own-settings.ts';
import type { RegistryName } from '../../domain/settings/setting-rule.ts';
import { registries } from '../settings/registries.ts';
import { ruleSchema } from '../settings/rule-schema.ts';
import { listed } from '../settings/rules.ts';

export interface OwnSettingsPlace {
  readonly registry: RegistryName;
  /** Who is chosen. */
  readonly name: string;
  /** The setting that chooses, e.g. "evaluation.method". */
  readonly chosenBy: string;
  /** Names of the settings that are always there next to them, whatever is chosen. */
  readonly taken: readonly string[];
}

/**
 * The checks of the settings that the chosen one brings; the settings of the others must be left out.
 * @throws RangeError for a setting with the name of a common one: a defect of its author's
 */
export function ownSettingChecks({ registry, name, chosenBy, taken }: OwnSettingsPlace): Readonly<Record<string, z.ZodType>> {
  const owned = [...registries[registry].values()].flatMap((owner) =>
    Object.keys(owner.settings ?? {}).map((setting) => ({ setting, owner: owner.name })),
  );
  const clash = owned.find(({ setting }) => taken.includes(setting));
  if (clash !== undefined)
    throw new RangeError(`${clash.owner} has a setting of its own called ${clash.setting}, which all have`);
  const others = Map.groupBy(owned, ({ setting }) => setting);
  const refused = [...others].map(([setting, by]) => {
    const error = `must be left out unless ${chosenBy} is ${listed(by.map(({ owner }) => owner))}`;
    return [setting, z.never({ error }).optional()] as const;
  });
  const chosen = Object.entries(registries[registry].get(name)?.settings ?? {}).map(
    ([key, rule]) => [key, ruleSchema(rule)] as const,
  );
  return { ...Object.fromEntries(refused), ...Object.fromEntries(chosen) };
}

/**
 * The chosen one's own settings, as in a run's configuration. An experiment changes the method of a file that was written for
 * another one: a value that does not fit the new one's rules becomes the default.
 */
export function ownSettingsIn(registry: RegistryName, name: string, given: object): { readonly own?: OwnSettings } {
  const rules = registries[registry].get(name)?.settings;
  if (rules === undefined) return {};
  const values: Readonly<Record<string, unknown>> = { ...given };
  const entries = Object.entries(rules).map(([key, rule]) => {
    const checked = ruleSchema(rule).safeParse(values[key]);
    return [key, checked.success ? checked.data : rule.default] as const;
  });
  return { own: Object.fromEntries(entries) as OwnSettings };
}
