import { Command, CommanderError, Help, type Option } from 'commander';
import type { Cli } from './cli.ts';
import { versionText } from './version-text.ts';

export type AddCommand = (program: Command, cli: Cli) => void;

/** `scale` without its commands. */
export function createRootCommand(cli: Cli): Command {
  const program = new Command(cli.command)
    .description('Search for good agentic workflows with a fraction of the tokens.')
    .option('-V, --version', 'print the version, and with it the commit, the Node.js and the protocol')
    .showSuggestionAfterError()
    // A wrong flag is reported like any other bad input, in one place; --help and --version still print themselves.
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ optionDescription: describeOption });
  program.on('option:version', () => {
    const text = versionText();
    program.configureOutput().writeOut?.(`${text}\n`);
    throw new CommanderError(0, 'commander.version', text);
  });
  return program;
}

const plainHelp = new Help();

/** As commander has it; but lists as they are given, and no default of a flag that is not set or of a list without items. */
function describeOption(option: Option): string {
  const { defaultValue, defaultValueDescription } = option;
  const told = defaultValueDescription ?? (Array.isArray(defaultValue) ? defaultValue.join(',') : undefined);
  const shown = defaultValue === false || told === '' ? { defaultValue: undefined } : { defaultValueDescription: told };
  return plainHelp.optionDescription(Object.assign(Object.create(option), shown));
}
