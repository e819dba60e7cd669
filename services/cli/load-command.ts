import { existsSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { createListing } from './create-listing.ts';
import { addExamples } from './examples.ts';
import { createRootCommand } from './root-command.ts';

/** Sources here, JavaScript in a package. */
const ending = extname(import.meta.filename);

/**
 * The program with nothing but the command that is asked for, which starts in a half to a quarter of the time: a command is the
 * file of its name, and most load little of what all of them load together. The list of all commands needs none of them. Anything
 * else, such as a word that is no command, needs the whole program.
 * @param words of the command line
 */
export async function loadCommand(words: readonly string[], cli: Cli): Promise<Command> {
  const [word, ...others] = words;
  const folder = join(import.meta.dirname, 'commands');
  const listing =
    others.length === 0 && (word === undefined || word === '--help' || word === '-h')
      ? createListing(cli, commandFiles(folder))
      : undefined;
  if (listing !== undefined) return listing;
  const file = join(folder, `${word}${ending}`);
  if (word !== undefined && /^[a-z]+(-[a-z]+)*$/.test(word) && existsSync(file)) {
    const exported: Record<string, unknown> = await import(pathToFileURL(file).href);
    const add = exported[`add${word.split('-').map(capitalized).join('')}Command`];
    const program = createRootCommand(cli);
    if (typeof add === 'function') add(program, cli);
    const [command] = program.commands;
    // `completion` looks at all of the others; an action of another command, such as sweep-report, has another name.
    if (command?.name() === word && word !== 'completion') {
      addExamples(command, cli.command);
      return program;
    }
  }
  const { createProgram } = await import('./program.ts');
  return createProgram(cli);
}

function commandFiles(folder: string): string[] {
  const own = readdirSync(folder).filter((name) => name.endsWith(ending) && !name.endsWith('.d.ts'));
  return own.map((name) => name.slice(0, -ending.length));
}

function capitalized(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}
