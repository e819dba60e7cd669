import { type Command, Option } from 'commander';
import { addLabelOption } from './label-option.ts';
import { statuses } from './select-runs.ts';

/** Options that say which runs are meant: RunFilter. */
export function addRunFilter(command: Command): Command {
  return addLabelOption(command, 'only runs with this label')
    .addOption(new Option('--status <status>', 'only runs of this status').choices(statuses))
    .option('--benchmark <name>', 'only runs on this benchmark')
    .option('--name <text>', 'only runs whose name has this in it')
    .option('--of <id>', 'only evaluations of this run, or cells of this sweep');
}
