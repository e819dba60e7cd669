import { Command, CommanderError } from 'commander';
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
    .configureOutput({ outputError: () => undefined });
  program.on('option:version', () => {
    const text = versionText();
    program.configureOutput().writeOut?.(`${text}\n`);
    throw new CommanderError(0, 'commander.version', text);
  });
  return program;
}
