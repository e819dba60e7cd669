import type { SettingRule, SettingRules, SettingValue, ValuesOf } from './setting-rule.ts';

/** Settings that an evaluation method or a pick policy brings, by their names in the run file. */
export type OwnSettings = Readonly<Record<string, SettingValue>>;

/**
 * The values of the caller's own settings, with their types. They were checked when they were read; a missing one, as in a replay
 * of a run that used another method, is the default.
 */
export function ownSettings<const Rules extends SettingRules>(rules: Rules, own: OwnSettings = {}): ValuesOf<Rules> {
  const entries = Object.entries<SettingRule>(rules).map(([name, rule]) => [name, own[name] ?? rule.default] as const);
  return Object.fromEntries(entries) as ValuesOf<Rules>;
}
