import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { commandWords } from './command-words.ts';
import { createRootCommand } from './root-command.ts';

/** Files of commands that are a part of `sweep`. */
const ofSweep = ['sweep-report', 'sweep-test'];

/**
 * `scale` with commands that can be listed, and not called.
 * @param files names of the files of commands
 * @returns undefined where there is one more command, which only the whole program knows
 */
export function createListing(cli: Cli, files: readonly string[]): Command | undefined {
  const known = new Set([...Object.keys(commandWords), ...ofSweep]);
  if (files.some((name) => !known.has(name))) return undefined;
  const program = createRootCommand(cli);
  program.configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}`.trim() });
  for (const [name, [usage, description]] of Object.entries(commandWords))
    program
      .command(name)
      .usage(usage || ' ')
      .description(description);
  return program;
}
