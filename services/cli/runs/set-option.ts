import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Assignment, readAssignment } from '../../shared/config/amend-settings.ts';

/** --set, given once for each setting, for commands that read a run file. */
export function addSetOption(command: Command, whose = 'of the run file'): Command {
  const description = `a setting in place of the one ${whose}, such as search.max_rounds=5; may be given several times`;
  return command.addOption(new Option('--set <assignment>', description).argParser(addAssignment).default([]));
}

/** @throws InvalidArgumentError */
function addAssignment(text: string, before: readonly Assignment[]): readonly Assignment[] {
  const read = readAssignment(text);
  if (typeof read === 'string') throw new InvalidArgumentError(`${read}.`);
  return [...before, read];
}
