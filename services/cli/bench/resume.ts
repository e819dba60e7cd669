import type { Bench } from './bench.ts';
import { firstAfter, restartAfter } from './restart.ts';
import { epochMs, oneEvaluation, prepareSearch } from './run-search.ts';

const slots = 64;
/** What is left to do when the cluster dies, so that there is a next call. */
const leftShare = 0.2;

/** What a machine that goes down costs: the way back to the next model call. */
export const resumeBench: Bench = {
  name: 'resume',
  description:
    'kill -9 of a whole cluster after many executions; from the command that continues the run to its next model call, against a new run',
  run: async (cli, { quick }) => {
    const executions = quick ? 300 : 20_000;
    await using prepared = await prepareSearch(cli, {
      queries: executionsIn(executions),
      ...{ settings: oneEvaluation, executors: 1, slots, maxConcurrency: slots, latencyMs: 0 },
    });
    const beganMs = epochMs();
    const again = await restartAfter(cli, prepared, prepared.begin(), executions);
    const busUpMs = await again.busUp;
    await again.command.ended;
    const calls = await prepared.calls();
    const [fresh, resumed, fromBus] = [beganMs, again.beganMs, busUpMs].map((fromMs) => firstAfter(calls, fromMs)) as [
      number,
      number,
      number,
    ];
    return {
      rows: [
        { name: 'a new run: from the command to its first call', value: fresh, unit: 's', ratio: 1 },
        { name: 'continued: from the command to its next call', value: resumed, unit: 's', limit: fresh, ratio: resumed / fresh },
        { name: 'continued: from the NATS server being up', value: fromBus, unit: 's', limit: fresh, ratio: fromBus / fresh },
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
