import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { createCli } from '../../services/cli/cli.ts';
import { createProgram } from '../../services/cli/program.ts';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command in this process: many of them at once cost what one process of its own does.
 * @param signal aborts as Ctrl-C does
 */
export async function cliHere(
  args: readonly string[],
  { environment = process.env, signal }: { readonly environment?: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<Said> {
  const [stdout, stderr] = [collect(), collect()];
  const streams = { stdout: stdout.stream as unknown as WriteStream, stderr: stderr.stream as unknown as WriteStream };
  const cli = createCli(streams, environment, { requested: signal, forced: signal });
  await createProgram(cli).parseAsync(['node', 'scale', ...args]);
  return { code: cli.exitCode(), stdout: stdout.text(), stderr: stderr.text() };
}

function collect(): { readonly stream: Writable; text(): string } {
  const pieces: string[] = [];
  const stream = new Writable({
    write: (piece, _encoding, done) => {
      pieces.push(String(piece));
      done();
    },
  });
  return { stream, text: () => pieces.join('') };
}
