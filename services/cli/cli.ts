import type { WriteStream } from 'node:tty';
import { ControlError } from '../shared/control-client/control-error.ts';
import { type ExitCode, exitCodes } from '../shared/errors/exit-codes.ts';
import { CliError, tellError } from './cli-error.ts';
import { InterruptedError, type Interrupts } from './interrupts.ts';
import { inWordsOf } from './invocation.ts';
import { createDrawnView, createLineView, type RunView } from './progress/run-view.ts';
import { createTerminalScreen, type TerminalScreen } from './progress/terminal-screen.ts';

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
  /** For what is not one run: lines, and below them, on a terminal, a block that is drawn in place. */
  openScreen(json: boolean): LiveScreen;
  /** Bytes to stdout, as they are. */
  writeOut(content: string | Uint8Array): Promise<void>;
  readonly outputIsTerminal: boolean;
  /** Runs a command's body and reports its outcome. */
  answer(json: boolean, body: () => Promise<Answer>): Promise<void>;
  exitCode(): ExitCode;
}

export interface LiveScreen extends TerminalScreen {
  /** A sentence about what surrounds it. */
  notice(message: string): void;
}

export interface CliStreams {
  readonly stdout: WriteStream;
  readonly stderr: WriteStream;
}

export function createCli(streams: CliStreams, environment: Cli['environment'], interrupts: Interrupts, command = 'scale'): Cli {
  let exitCode: ExitCode = exitCodes.ok;
  let drawn: Pick<RunView, 'notice'> | undefined;
  const toStderr = (message: string): void => {
    streams.stderr.write(`${inWordsOf(command, message)}\n`);
  };
  // A line that the screen does not know of would tear what is drawn in place.
  const notice = (message: string): void => (drawn === undefined ? toStderr(message) : drawn.notice(inWordsOf(command, message)));
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
      drawn = view;
      const close = (): void => {
        view.close();
        drawn = undefined;
      };
      const waiting: RunView['waiting'] = (wait) => view.waiting(wait && { ...wait, until: inWordsOf(command, wait.until) });
      return { ...view, waiting, notice: (message) => view.notice(inWordsOf(command, message)), close };
    },
    openScreen: (json) => {
      const screen = createScreen(json ? streams.stderr : streams.stdout, environment, toStderr);
      const say = (message: string): void => screen.notice(inWordsOf(command, message));
      drawn = { notice: say };
      const close = (): void => {
        screen.close();
        drawn = undefined;
      };
      return { ...screen, notice: say, close };
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

function cannotDraw(stream: WriteStream, environment: Cli['environment']): boolean {
  return stream.isTTY !== true || environment.TERM === 'dumb';
}

function createScreen(stream: WriteStream, environment: Cli['environment'], notice: (message: string) => void): LiveScreen {
  if (cannotDraw(stream, environment)) {
    return { print: (line) => stream.write(`${line}\n`), draw: () => undefined, notice, close: () => undefined };
  }
  const screen = createTerminalScreen(stream);
  return { ...screen, notice: screen.print };
}

function createView(stream: WriteStream, environment: Cli['environment'], notice: (message: string) => void): RunView {
  if (cannotDraw(stream, environment)) {
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
  // Which call to the coordinator an interrupt met says nothing to who pressed the keys.
  const cause = error instanceof ControlError && error.cause instanceof InterruptedError ? error.cause : error;
  const { stack, ...told } = tellError(cause instanceof InterruptedError ? interruptedError(cause) : cause);
  const message = inWordsOf(command, told.message);
  notice(stack ?? `scale: ${message}`);
  if (json) await writeOut(`${JSON.stringify({ error: { ...told, message } }, null, 2)}\n`);
  return told.exitCode;
}

export function interruptedError(error: InterruptedError, message = error.message): CliError {
  return new CliError(error.kind, message, { cause: error });
}
