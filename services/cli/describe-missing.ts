import { type Argument, type Command, CommanderError } from 'commander';
import { UsageError } from './cli-error.ts';

/**
 * An argument that is missing, told with what it may be and how the command is called; any other error as it is.
 * @param words of the command line
 */
export function describeMissing(error: unknown, program: Command, words: readonly string[]): unknown {
  if (!(error instanceof CommanderError) || error.code !== 'commander.missingArgument') return error;
  const { message } = error;
  let command = program;
  for (const word of words) command = command.commands.find((each) => each.name() === word) ?? command;
  // That of `sweep` is its part `run`, whose name may be left out.
  const takesIt = (each: Command) => missingOf(each, message) !== undefined;
  if (!takesIt(command)) command = command.commands.find(takesIt) ?? command;
  const names: string[] = [];
  for (let each: Command | null = command; each !== null && each !== program; each = each.parent) names.unshift(each.name());
  const choices = missingOf(command, message)?.argChoices ?? [];
  const oneOf = choices.length === 0 ? '' : `, one of ${choices.join(', ')}`;
  const call = `\`${['scale', ...names, command.usage()].join(' ')}\``;
  const told = `${message.replace(/^error: /, '')}${oneOf}: ${call}; with --help it says more`;
  return new UsageError(told, { cause: error });
}

function missingOf({ registeredArguments }: Command, message: string): Argument | undefined {
  return registeredArguments.find((each) => message.includes(`'${each.name()}'`));
}
