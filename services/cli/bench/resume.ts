import { setTimeout as sleep } from 'node:timers/promises';
import type { Cli } from '../cli.ts';
import type { Bench } from './bench.ts';
import { openLineCounter } from './line-counter.ts';
import { processesBelow } from './process-samples.ts';
import { epochMs, oneEvaluation, type PreparedSearch, prepareSearch } from './run-search.ts';
import type { ScaleCommand } from './scale-command.ts';
import type { ServedCall } from './served-calls.ts';

const slots = 64;
/** What is left to do when the cluster dies, so that there is a next call. */
const leftShare = 0.2;
const pollMs = 20;
const quietMs = 2_000;

/** What a machine that goes down costs: the way back to the next model call. */
export const resumeBench: Bench = {
  name: 'resume',
  description:
    'kill -9 of a whole cluster after many executions; from the command that continues the run to its next model call, against a new run',
  run: async (cli, { quick }) => {
    const executions = quick ? 300 : 20_000;
    await using prepared = await prepareSearch(cli, {
      queries: Math.ceil(executions * (1 + leftShare)),
      ...{ settings: oneEvaluation, executors: 1, slots, maxConcurrency: slots, latencyMs: 0 },
    });
    const beganMs = epochMs();
    const command = prepared.begin();
    await untilServed(cli, prepared, command, executions);
    await killAll(command);
    await untilQuiet(cli, prepared);
    const againMs = epochMs();
    await prepared.begin().ended;
    const calls = await prepared.calls();
    const [fresh, resumed] = [firstAfter(calls, beganMs), firstAfter(calls, againMs)];
    return {
      rows: [
        { name: 'a new run: from the command to its first call', value: fresh, unit: 's', ratio: 1 },
        { name: 'continued: from the command to its next call', value: resumed, unit: 's', limit: fresh, ratio: resumed / fresh },
        { name: 'calls made twice', value: calls.length - executionsIn(executions), unit: 'calls', limit: slots },
      ],
      notes: [
        `${executions} executions of one call had ended when every process of the cluster and the command were killed; ${executionsIn(executions)} in all, one executor of ${slots} slots. Calls that were in flight then are made again.`,
        'The simulated model answers; none of this is a result about a model.',
      ],
    };
  },
};

function executionsIn(executions: number): number {
  return Math.ceil(executions * (1 + leftShare));
}

/** Seconds from a time to the first beginning after it of a call that somebody waited for. */
export function firstAfter(calls: readonly ServedCall[], fromMs: number): number {
  const begins = calls.filter(({ beganMs, cutOff }) => !cutOff && beganMs >= fromMs).map(({ beganMs }) => beganMs);
  return (Math.min(...begins) - fromMs) / 1000;
}

/** Resolves when the endpoint is done with what it had been sent by processes that are dead now. */
async function untilQuiet(cli: Cli, { accessLog }: PreparedSearch): Promise<void> {
  await using served = await openLineCounter(accessLog);
  for (let [before, now] = [-1, await served.count()]; before < now; [before, now] = [now, await served.count()]) {
    await sleep(quietMs, undefined, { signal: cli.interrupts.requested });
  }
}

/** Resolves when the endpoint has written this many lines. */
async function untilServed(cli: Cli, { accessLog }: PreparedSearch, command: ScaleCommand, calls: number): Promise<void> {
  let over = false;
  const note = (): void => {
    over = true;
  };
  command.ended.then(note, note);
  await using served = await openLineCounter(accessLog);
  while ((await served.count()) < calls) {
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
