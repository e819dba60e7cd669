import { type Named, registries } from '../../shared/settings/registries.ts';
import { defaultOf, rangeOf } from '../../shared/settings/rule-schema.ts';

/** What a run file can choose by name, with the settings that a choice brings: for the help of commands that take one. */
export function describeChoices(): string {
  return [
    '',
    'evaluation.method in a run file, how workflows get their scores:',
    ...[...registries['evaluation methods'].values()].flatMap(linesOf),
    '',
    'search.final_pick in a run file, how the winner is named:',
    ...[...registries['pick policies'].values()].flatMap(linesOf),
    '',
    'search.parents in a run file, how the workflow that a round edits is chosen:',
    ...[...registries['parent samplings'].values()].flatMap(linesOf),
    '',
    'Every setting with its default and its range: docs/run-file.md',
  ].join('\n');
}

function linesOf({ name, description, settings = {} }: Named): string[] {
  const own = Object.entries(settings).map(([setting, rule]) => {
    const preset = defaultOf(rule);
    return `    ${setting} (${rangeOf(rule)}${preset === '' ? '' : `; default ${preset}`}): ${rule.description}`;
  });
  return [`  ${name.padEnd(12)} ${description}`, ...own];
}
