import { evaluationMethods } from '../../domain/evaluation/registry.ts';
import { pickPolicies } from '../../domain/picking/registry.ts';
import type { SettingRules } from '../../domain/settings/setting-rule.ts';
import { defaultOf, rangeOf } from '../../shared/settings/rule-schema.ts';

interface Choice {
  readonly name: string;
  readonly description: string;
  readonly settings?: SettingRules;
}

/** What a run file can choose by name, with the settings that a choice brings: for the help of commands that take one. */
export function describeChoices(): string {
  return [
    '',
    'evaluation.method of a run file, how workflows get their scores:',
    ...[...evaluationMethods.values()].flatMap(linesOf),
    '',
    'search.final_pick, how the winner is named:',
    ...[...pickPolicies.values()].flatMap(linesOf),
    '',
    'Every setting with its default and its range: docs/run-file.md',
  ].join('\n');
}

function linesOf({ name, description, settings = {} }: Choice): string[] {
  const own = Object.entries(settings).map(([setting, rule]) => {
    const preset = defaultOf(rule);
    return `    ${setting} (${rangeOf(rule)}${preset === '' ? '' : `; default ${preset}`}): ${rule.description}`;
  });
  return [`  ${name.padEnd(12)} ${description}`, ...own];
}
