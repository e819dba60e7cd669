import { type Command, InvalidArgumentError, Option } from 'commander';
import { labelFault } from '../../shared/contracts/run-labels.ts';

/** --label, given once for each, for commands that start a run or look for some. */
export function addLabelOption(command: Command, description = 'a word by which `scale list --label` finds the run'): Command {
  return command.addOption(
    new Option('--label <word>', `${description}; may be given several times`).argParser(addLabel).default([]),
  );
}

/** @throws InvalidArgumentError */
function addLabel(word: string, before: readonly string[]): readonly string[] {
  const fault = labelFault([word]);
  if (fault !== undefined) throw new InvalidArgumentError(`${fault}.`);
  return [...before, word];
}
