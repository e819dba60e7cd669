import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { ScaleError } from '../../domain/errors/scale-error.ts';
import { onAbort } from '../lifecycle/abort.ts';
import { systemTiming } from '../lifecycle/timing.ts';
import type { CageCommand } from './cage-command.ts';
import { createFrameReader, encodeFrame } from './frame-reader.ts';

/** What python/zygote.py is told about one program: the second part only once the program's process has been created. */
export interface ProgramOrder {
  readonly program: {
    readonly code: string;
    readonly stdin: string;
    readonly cpuSeconds: number;
    readonly wallSeconds: number;
    readonly memoryBytes: number;
    /** Whether the code should believe that it is `__main__`. */
    readonly main: boolean;
    readonly tested: boolean;
  };
  readonly rest: { readonly tests: string | null; readonly entry: string | null };
}

const judgement = z.object({
  kind: z.enum(['passed', 'failed', 'timeout', 'memory', 'killed', 'cancelled', 'setup']),
  error: z.string(),
  result: z.string(),
  output: z.string(),
  stderr: z.string(),
  outputTruncated: z.boolean(),
  cpuMs: z.number(),
  wallMs: z.number(),
  peakBytes: z.number(),
});

const greeting = z.object({ python: z.string(), uid: z.number().nullable(), guards: z.array(z.string()) });

export type Judgement = z.infer<typeof judgement>;
export type Greeting = z.infer<typeof greeting>;

/** The interpreter ended, or said nothing: nothing is known about the program that it ran. */
export class InterpreterLostError extends ScaleError {
  readonly kind = 'failed';
}

export interface WarmInterpreter {
  readonly greeting: Greeting;
  /** False once it has ended; it will never run anything again. */
  isAlive(): boolean;
  /**
   * Runs a program; one at a time.
   * @throws InterpreterLostError
   */
  run(order: ProgramOrder, signal: AbortSignal): Promise<Judgement>;
  /** Ends it and all that it started. */
  stop(): Promise<void>;
}

const startWithinMs = 20_000;
/** After a program's wall-clock limit its interpreter needs some time to kill it and to report, more on a busy machine. */
const graceMs = 10_000;
const stopWithinMs = 3_000;
const keptLog = 4096;

/** @throws InterpreterLostError if it does not start, with what it wrote */
export async function startWarmInterpreter({ command, args }: CageCommand, signal: AbortSignal): Promise<WarmInterpreter> {
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(command, args, {
    // Nothing from the executor's environment, which holds API keys; PATH finds bwrap and unshare, and programs do not see it.
    env: { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', PYTHONHASHSEED: '0', LC_ALL: 'C.UTF-8' },
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-keptLog);
  });
  /** Why it will never run anything again: it has ended, or was given up and is being killed. */
  let ended: string | undefined;
  let isGone = false;
  let settle: { resolve(message: unknown): void; reject(error: Error): void } | undefined;
  const end = (reason: string): void => {
    ended ??= log.trim() === '' ? reason : `${reason}: ${log.trim().split('\n').slice(-3).join(' / ')}`;
    settle?.reject(new InterpreterLostError(ended));
    settle = undefined;
  };
  const exited = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      isGone = true;
      end(error.message);
      resolve();
    });
    child.once('close', (code, killedBy) => {
      isGone = true;
      end(killedBy === null ? `it ended with status ${code}` : `it was ended by ${killedBy}`);
      resolve();
    });
  });
  const killAll = (): void => {
    // By then its number may be that of another process.
    if (child.pid === undefined || isGone) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  child.stdin.on('error', () => undefined); // its end reports that it is gone
  const read = createFrameReader((message) => {
    settle?.resolve(message);
    settle = undefined;
  });
  child.stdout.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      end(`it wrote something that is not a message: ${(error as Error).message}`);
      killAll();
    }
  });

  const answer = async (withinMs: number): Promise<unknown> => {
    if (ended !== undefined) throw new InterpreterLostError(ended);
    const tooLate = setTimeout(() => {
      end(`it said nothing for ${withinMs} ms`);
      killAll();
    }, withinMs);
    try {
      return await new Promise<unknown>((resolve, reject) => {
        settle = { resolve, reject };
      });
    } finally {
      clearTimeout(tooLate);
    }
  };
  const stop = async (): Promise<void> => {
    // At the end of its input it ends its program and cleans up by itself.
    child.stdin.end();
    const inTime = systemTiming.after(stopWithinMs, killAll);
    await exited;
    inTime();
  };

  const greet = async (): Promise<Greeting> => {
    signal.throwIfAborted();
    using _killing = onAbort(signal, killAll);
    try {
      return greeting.parse(await answer(startWithinMs));
    } catch (error) {
      killAll();
      await exited;
      throw error;
    }
  };
  const run = async (order: ProgramOrder, runSignal: AbortSignal): Promise<Judgement> => {
    runSignal.throwIfAborted();
    const cancel = (): void => {
      child.stdin.write(encodeFrame({ do: 'cancel' }));
    };
    const answered = answer(order.program.wallSeconds * 1000 + graceMs);
    child.stdin.write(encodeFrame({ do: 'run', ...order.program }));
    child.stdin.write(encodeFrame(order.rest));
    using _cancelling = onAbort(runSignal, cancel);
    const told = judgement.parse(await answered);
    if (told.kind === 'cancelled') runSignal.throwIfAborted();
    return told;
  };
  return { greeting: await greet(), isAlive: () => ended === undefined, run, stop };
}
