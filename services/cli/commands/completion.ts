import { resolve } from 'node:path';
import { Argument, type Command } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { addNamed } from '../command-words.ts';
import { completeWords } from '../completion/complete-words.ts';
import { knownIds } from '../completion/known-ids.ts';
import { type ShellName, shells } from '../completion/shells.ts';
import { launcherVariable } from '../invocation.ts';

export function addCompletionCommand(program: Command, cli: Cli): void {
  addNamed(program, 'completion')
    .addArgument(new Argument('<shell>', 'for which shell').choices(Object.keys(shells)))
    .argument(
      '[words...]',
      'after --: a line that begins with these words; what could end it is printed, as the shell asks for it',
    )
    .option('--json', 'print one JSON document', false)
    .action((shell: ShellName, words: readonly string[], { json }: { readonly json: boolean }) =>
      cli.answer(json, () => complete(program, cli, shell, words)),
    );
}

async function complete(program: Command, cli: Cli, name: ShellName, words: readonly string[]): Promise<Answer> {
  const shell = shells[name];
  if (words.length > 0) {
    const completion = await completeWords(program, words, knownIds(cli));
    return { exitCode: exitCodes.ok, document: completion, text: shell.answer(completion) };
  }
  const script = shell.script(launcherOf(cli).map(quoted).join(' '));
  return { exitCode: exitCodes.ok, document: { shell: name, script }, text: script };
}

/** By absolute paths: the line may be completed in another folder. */
function launcherOf({ environment }: Cli): string[] {
  const launcher = environment[launcherVariable];
  return launcher === undefined ? [process.execPath, process.argv[1] ?? ''] : [resolve(launcher)];
}

/** All three shells read it alike. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
