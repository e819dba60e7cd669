import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The long-lived processes of the laboratory. One that ends before it is told to is the laboratory's end. */
export interface Parts {
  start(name: string, command: string, words: readonly string[], environment?: NodeJS.ProcessEnv): void;
  /** Asks until the answer is true. @throws Error once a part has ended, or the time is over */
  until(what: string, isSo: () => Promise<boolean>, withinMs?: number): Promise<void>;
  stop(): Promise<void>;
}

/** @param logs the folder of their logs */
export function createParts(logs: string): Parts {
  const running = new Map<string, ReturnType<typeof spawn>>();
  let ended: string | undefined;
  let stopping = false;
  return {
    start(name, command, words, environment = process.env) {
      const log = openSync(join(logs, `${name}.log`), 'a');
      const child = spawn(command, words, { stdio: ['ignore', log, log], env: environment });
      running.set(name, child);
      const gone = (how: string): void => {
        running.delete(name);
        if (!stopping) ended ??= `${name} ${how}`;
      };
      child.once('error', (error) => gone(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => gone(`ended with ${signal ?? code}`));
    },
    async until(what, isSo, withinMs = 120_000) {
      const deadline = performance.now() + withinMs;
      for (;;) {
        if (ended !== undefined) throw new Error(`${ended}; its log ends with:\n${await tail(logs, ended.split(' ')[0] ?? '')}`);
        if (await isSo().catch(() => false)) return;
        if (performance.now() > deadline) throw new Error(`not within ${withinMs / 1_000} s: ${what}`);
        await sleep(100);
      }
    },
    async stop() {
      stopping = true;
      const all = [...running.values()].reverse();
      for (const child of all) child.kill('SIGTERM');
      const deadline = performance.now() + 3_000;
      while (running.size > 0 && performance.now() < deadline) await sleep(50);
      for (const child of running.values()) child.kill('SIGKILL');
    },
  };
}

async function tail(logs: string, name: string): Promise<string> {
  const text = await readFile(join(logs, `${name}.log`), 'utf8').catch(() => '');
  return text.split('\n').slice(-15).join('\n');
}
