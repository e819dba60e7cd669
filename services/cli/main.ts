import { CommanderError } from 'commander';
import { exitCodes } from '../shared/errors/exit-codes.ts';
import { processEnvironment } from '../shared/settings/environment.ts';
import { isClone, packageFolder } from '../shared/toolchain/package-folder.ts';
import { createCli, sayError } from './cli.ts';
import { describeMissing } from './describe-missing.ts';
import { listenForInterrupts } from './interrupts.ts';
import { commandAsInvoked, launcherVariable } from './invocation.ts';
import { loadCommand } from './load-command.ts';

const notice = (message: string): void => {
  process.stderr.write(`${message}\n`);
};
// A reader that has seen enough, such as head, closes the pipe: that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? exitCodes.ok : exitCodes.failed),
);

const interrupts = listenForInterrupts((message) => cli.notice(message));
const environment = processEnvironment();
const clone = isClone ? packageFolder() : undefined;
// Without a launcher it is a test, or something else that starts the file itself.
const launcher = environment[launcherVariable];
const command = launcher === undefined ? 'scale' : commandAsInvoked({ launcher, environment, clone });
const cli = createCli(process, environment, interrupts, command);
try {
  const words = process.argv.slice(2);
  const program = await loadCommand(words, cli);
  await program.parseAsync(process.argv).catch((error: unknown) => {
    throw describeMissing(error, program, words);
  });
  process.exit(cli.exitCode());
} catch (error) {
  if (error instanceof CommanderError && error.exitCode === 0) process.exit(exitCodes.ok);
  // The list of commands, which says everything, has been printed where none was named.
  if (error instanceof CommanderError && error.code === 'commander.help') process.exit(exitCodes.badInput);
  const writeOut = async (content: string): Promise<void> => void process.stdout.write(content);
  process.exit(await sayError({ json: process.argv.includes('--json'), error, command, notice, writeOut }));
}
