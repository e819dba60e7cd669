import type { WriteStream } from 'node:tty';
import { type ExitCode, exitCodes } from '../shared/errors/exit-codes.ts';
import { CliError, tellError } from './cli-error.ts';
import { InterruptedError, type Interrupts } from './interrupts.ts';
import { inWordsOf } from './invocation.ts';
import { createDrawnView, createLineView, type RunView } from './progress/run-view.ts';

/** What a command has to say when it ends. */
export interface Answer {
  readonly exitCode: ExitCode;
  /** With --json: the one document on stdout; undefined if it has been written already. */
  readonly document: unknown;
  /** Without --json: what people read, "" if everything has been said. */
  readonly text: string;
}

/** The terminal, the environment and the signals, as commands see them. */
export interface Cli {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly interrupts: Interrupts;
  /** What starts this program here, e.g. "scripts/scale". */
  readonly command: string;
  /** A sentence on stderr. */
  notice(message: string): void;
  /** For a run in progress: drawn in place on a terminal, lines elsewhere; on stderr if stdout is for a document. */
  openView(json: boolean): RunView;
  /** Bytes to stdout, as they are. */
  writeOut(content: string | Uint8Array): Promise<void>;
  readonly outputIsTerminal: boolean;
  /** Runs a command's body and reports its outcome. */
  answer(json: boolean, body: () => Promise<Answer>): Promise<void>;
  exitCode(): ExitCode;
}

export interface CliStreams {
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
}

export function createCli(streams: CliStreams, environment: Cli['environment'], interrupts: Interrupts, command = 'scale'): Cli {
  let exitCode: ExitCode = exitCodes.ok;
  let openView: RunView | undefined;
  const toStderr = (message: string): void => {
    streams.stderr.write(`${inWordsOf(command, message)}\n`);
  };
  // A line that the screen does not know of would tear what is drawn in place.
  const notice = (message: string): void =>
    openView === undefined ? toStderr(message) : openView.notice(inWordsOf(command, message));
  const writeOut = (content: string | Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      streams.stdout.write(content, (error) => (error ? reject(error) : resolve()));
    });
  return {
    environment,
    interrupts,
    command,
    notice,
    writeOut,
    outputIsTerminal: streams.stdout.isTTY === true,
    openView: (json) => {
      const view = createView(json ? streams.stderr : streams.stdout, environment, toStderr);
      openView = view;
      const close = (): void => {
        view.close();
        openView = undefined;
      };
      const waiting: RunView['waiting'] = (wait) => view.waiting(wait && { ...wait, until: inWordsOf(command, wait.until) });
      return { ...view, waiting, notice: (message) => view.notice(inWordsOf(command, message)), close };
    },
    answer: async (json, body) => {
      try {
        const answer = await body();
        exitCode = answer.exitCode;
        if (json && answer.document !== undefined) await writeOut(`${JSON.stringify(answer.document, null, 2)}\n`);
        else if (answer.text !== '') await writeOut(`${inWordsOf(command, answer.text.trimEnd())}\n`);
      } catch (error) {
        exitCode = await sayError({ json, error, command, notice, writeOut });
      }
    },
    exitCode: () => exitCode,
  };
}

function createView(stream: WriteStream, environment: Cli['environment'], notice: (message: string) => void): RunView {
  if (stream.isTTY !== true || environment.TERM === 'dumb') {
    return createLineView((line) => stream.write(`${line}\n`), notice);
  }
  return createDrawnView(stream, (environment.NO_COLOR ?? '') === '' && stream.hasColors());
}

interface FailedCommand {
  readonly json: boolean;
  readonly error: unknown;
  readonly command: string;
  readonly notice: (message: string) => void;
  readonly writeOut: (content: string) => Promise<void>;
}

/** The sentence goes to stderr, and with --json also into the document, since a program reads stdout. */
export async function sayError({ json, error, command, notice, writeOut }: FailedCommand): Promise<ExitCode> {
  const { stack, ...told } = tellError(error instanceof InterruptedError ? interruptedError(error) : error);
  const message = inWordsOf(command, told.message);
  notice(stack ?? `scale: ${message}`);
  if (json) await writeOut(`${JSON.stringify({ error: { ...told, message } }, null, 2)}\n`);
  return told.exitCode;
}

export function interruptedError(error: InterruptedError, message = error.message): CliError {
  return new CliError(error.kind, message, { cause: error });
}
