import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface CliRun {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves once stdout or stderr holds the text. */
  until(text: string | RegExp): Promise<void>;
  readonly ended: Promise<EndedCli>;
}

export interface EndedCli {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const project = join(import.meta.dirname, '..', '..');
const withinMs = 60_000;

/** Starts the command line as users do, in a process of its own. */
export function startCli(
  args: readonly string[],
  settings: {
    readonly cwd?: string;
    readonly environment?: NodeJS.ProcessEnv;
    /** Words before the command, e.g. those of onSmallDisk. */
    readonly within?: readonly string[];
  } = {},
): CliRun {
  const [program = '', ...words] = [...(settings.within ?? []), process.execPath, join(project, 'services/cli/main.ts'), ...args];
  const child = spawn(program, words, {
    cwd: settings.cwd ?? project,
    env: { ...process.env, NODE_OPTIONS: '', ...settings.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  const watchers = new Set<() => void>();
  const wake = (): void => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    wake();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    wake();
  });
  const ended = once(child, 'close').then(([code, signal]): EndedCli => {
    wake();
    return { code, signal, stdout, stderr };
  });
  const until = (wanted: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const fail = (why: string): void => done(() => reject(new Error(`${why} before it said ${wanted}:\n${stdout}\n${stderr}`)));
      const timer = setTimeout(() => fail('it took too long'), withinMs);
      const done = (settle: () => void): void => {
        clearTimeout(timer);
        watchers.delete(look);
        settle();
      };
      const look = (): void => {
        const said = `${stdout}\n${stderr}`;
        if (typeof wanted === 'string' ? said.includes(wanted) : wanted.test(said)) done(resolve);
        else if (child.exitCode !== null || child.signalCode !== null) fail('it ended');
      };
      watchers.add(look);
      look();
    });
  return { child, stdout: () => stdout, stderr: () => stderr, until, ended };
}

/** Runs a command to its end. */
export async function runCli(...args: readonly string[]): Promise<EndedCli> {
  return startCli(args).ended;
}
