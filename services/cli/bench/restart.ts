import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cli } from '../cli.ts';
import { openJobCounter, openLineCounter } from './line-counter.ts';
import { processesBelow } from './process-samples.ts';
import { epochMs, type PreparedSearch } from './run-search.ts';
import type { ScaleCommand } from './scale-command.ts';
import type { ServedCall } from './served-calls.ts';

const pollMs = 20;
const quietMs = 2_000;

export interface Restart {
  readonly command: ScaleCommand;
  /** When the command was started, in milliseconds since 1970. */
  readonly beganMs: number;
  /** When its NATS server had read its store and took connections. */
  readonly busUp: Promise<number>;
}

/** Kills the command and all of its cluster with -9 once the endpoint has served so many jobs, and continues the run. */
export async function restartAfter(cli: Cli, prepared: PreparedSearch, command: ScaleCommand, jobs: number): Promise<Restart> {
  await untilServed(cli, prepared, command, jobs);
  await killAll(command);
  await untilQuiet(cli, prepared);
  const log = join(prepared.folder, 'cluster', 'nats', 'nats-server.log');
  await rm(log, { force: true });
  const beganMs = epochMs();
  const again = prepared.begin();
  return { command: again, beganMs, busUp: ready(cli, log) };
}

/** Seconds from a time to the first beginning after it of a call that somebody waited for. */
export function firstAfter(calls: readonly ServedCall[], fromMs: number): number {
  const begins = calls.filter(({ beganMs, cutOff }) => !cutOff && beganMs >= fromMs).map(({ beganMs }) => beganMs);
  return (Math.min(...begins) - fromMs) / 1000;
}

async function ready(cli: Cli, log: string): Promise<number> {
  for (;;) {
    if ((await readFile(log, 'utf8').catch(() => '')).includes('Server is ready')) return epochMs();
    await sleep(pollMs / 4, undefined, { signal: cli.interrupts.requested });
  }
}

/** Resolves when the endpoint is done with what it had been sent by processes that are dead now. */
async function untilQuiet(cli: Cli, { accessLog }: PreparedSearch): Promise<void> {
  await using served = await openLineCounter(accessLog);
  for (let [before, now] = [-1, await served.count()]; before < now; [before, now] = [now, await served.count()]) {
    await sleep(quietMs, undefined, { signal: cli.interrupts.requested });
  }
}

/** Resolves when the endpoint has written of this many jobs. */
async function untilServed(cli: Cli, { accessLog }: PreparedSearch, command: ScaleCommand, jobs: number): Promise<void> {
  let over = false;
  const note = (): void => {
    over = true;
  };
  command.ended.then(note, note);
  await using served = await openJobCounter(accessLog);
  while ((await served.count()) < jobs) {
    if (over) {
      await command.ended;
      throw new Error('the run of the bench ended before it could be killed');
    }
    await sleep(pollMs, undefined, { signal: cli.interrupts.requested });
  }
}

/** The command first, or it would start again what dies. */
async function killAll({ pid, ended }: ScaleCommand): Promise<void> {
  for (const { pid: each } of await processesBelow(pid)) kill(each);
  await ended.catch(() => undefined);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It has ended by itself, since its parent has.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
