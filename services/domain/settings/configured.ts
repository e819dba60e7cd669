import type { SettingRule, SettingRules, SettingValue, ValueOf, ValuesOf } from './setting-rule.ts';

/** max_rounds is maxRounds. */
export type CamelCase<Name extends string> = Name extends `${infer First}_${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

type LeavesOut = { readonly leftOut: SettingValue };
type Kept<Rule> = Rule extends { readonly type: 'flag' } ? boolean : Exclude<ValueOf<Rule>, (Rule & LeavesOut)['leftOut']>;

/** Values as a run's configuration has them: by names in camel case, without those that are left out. */
export type Configured<Rules> = {
  readonly [Name in keyof Rules & string as Rules[Name] extends LeavesOut ? never : CamelCase<Name>]: ValueOf<Rules[Name]>;
} & {
  readonly [Name in keyof Rules & string as Rules[Name] extends LeavesOut ? CamelCase<Name> : never]?: Kept<Rules[Name]>;
};

/** Settings have few names, and each is asked for with every configuration that is read. */
const camelCased = new Map<string, string>();

export function camelCase(name: string): string {
  const known = camelCased.get(name) ?? name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  camelCased.set(name, known);
  return known;
}

/** @param values may hold more than the rules know */
export function configured<const Rules extends SettingRules>(rules: Rules, values: ValuesOf<Rules>): Configured<Rules> {
  const entries = Object.entries<SettingRule>(rules).flatMap(([name, { leftOut }]) => {
    const value = values[name];
    return value === undefined || value === leftOut ? [] : [[camelCase(name), value] as const];
  });
  return Object.fromEntries(entries) as Configured<Rules>;
}

/** What is not set. A text that must be set has no default. */
export function defaultsOf<const Rules extends SettingRules>(rules: Rules): ValuesOf<Rules> {
  const entries = Object.entries<SettingRule>(rules).map(([name, rule]) => [name, rule.default] as const);
  return Object.fromEntries(entries) as ValuesOf<Rules>;
}
