import { type ExecFileOptions, execFile } from 'node:child_process';

/** A command ended with another status than 0; what it said is in the message. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/** Runs a command to its end. @returns its standard output @throws CommandFailed */
export function run(
  command: string,
  words: readonly string[],
  { input, ...options }: ExecFileOptions & { readonly input?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, words, { maxBuffer: 256 * 1024 ** 2, ...options }, (error, stdout, stderr) => {
      if (error === null) return resolve(String(stdout));
      const said = `${stderr}${stdout}`.trim();
      reject(
        new CommandFailed(`${command} ${words.slice(0, 4).join(' ')}: ${said === '' ? error.message : said}`, { cause: error }),
      );
    });
    // Who does not read to the end is told by its exit status.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
