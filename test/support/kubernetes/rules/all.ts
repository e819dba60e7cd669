import { autoscalingRules } from './autoscaling-rules.ts';
import { lifeRules } from './life-rules.ts';
import { linkRules } from './link-rules.ts';
import { networkRules } from './network-rules.ts';
import { podRules } from './pod-rules.ts';
import type { Rule } from './rule.ts';
import { settingRules } from './setting-rules.ts';

export const rules: readonly Rule[] = [
  ...podRules,
  ...lifeRules,
  ...linkRules,
  ...networkRules,
  ...settingRules,
  ...autoscalingRules,
];

/** @throws RangeError for a name that no rule has */
export function ruleNamed(name: string): Rule {
  const rule = rules.find((known) => known.name === name);
  if (rule === undefined) throw new RangeError(`no rule is called "${name}"`);
  return rule;
}
