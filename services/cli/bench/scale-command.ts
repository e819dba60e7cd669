import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { onAbort } from '../../shared/lifecycle/abort.ts';
import type { Cli } from '../cli.ts';
import { mainOf } from '../cluster/child-service.ts';
import { plainEnvironment } from '../cluster/service-environment.ts';

export interface ScaleCommand {
  readonly pid: number;
  /** What it has printed. @throws Error if it ends with another status than 0, with the end of its output */
  readonly ended: Promise<string>;
  stop(): void;
}

/** `scale` as a process of its own, which Ctrl-C reaches only through this command. */
export function startScale(cli: Cli, words: readonly string[]): ScaleCommand {
  const child = spawn(process.execPath, [mainOf('cli'), ...words], {
    env: { ...plainEnvironment(cli.environment), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let said = '';
  let printed = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-4000);
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const wait = async (): Promise<string> => {
    using _stopping = onAbort(cli.interrupts.requested, () => void child.kill('SIGTERM'));
    const [code, signal] = await once(child, 'close');
    cli.interrupts.requested.throwIfAborted();
    if (code === 0) return printed;
    throw new Error(`\`scale ${words.join(' ')}\` ended with ${code ?? signal}: ${said.trim().split('\n').slice(-5).join('\n')}`);
  };
  const ended = wait();
  // A caller that stops it need not be told how it ended.
  ended.catch(() => undefined);
  return { pid: child.pid ?? 0, ended, stop: () => void child.kill('SIGTERM') };
}
