import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Cli } from '../cli.ts';
import { mainOf } from '../cluster/child-service.ts';
import { plainEnvironment } from '../cluster/service-environment.ts';
import type { Bench, BenchRow } from './bench.ts';
import { runSearch } from './run-search.ts';

/** What a person waits before anything happens. The floor is Node.js itself. */
export const startBench: Bench = {
  name: 'start',
  description: 'seconds to the help of scale, and from scale run to its first model call; the floor is the start of Node.js',
  run: async (cli, { quick }) => {
    const times = quick ? 1 : 5;
    // The first of each fills the compile cache.
    await seconds(cli, [mainOf('cli'), '--help']);
    const floor = await median(times, () => seconds(cli, ['-e', '0']));
    const help = await median(times, () => seconds(cli, [mainOf('cli'), '--help']));
    const firstCall = await median(times, async () => (await runSearch(cli, smallest)).secondsToFirstCall);
    const row = (name: string, value: number): BenchRow => ({ name, value, unit: 's', limit: floor, ratio: value / floor });
    return {
      rows: [
        { name: 'floor: node -e 0', value: floor, unit: 's', ratio: 1 },
        row('scale --help', help),
        row('scale run, to its first model call', firstCall),
      ],
      notes: [
        `Medians of ${times}. A run starts a NATS server, a coordinator and an executor first, and a predictor meanwhile.`,
        'The simulated model answers; none of this is a result about a model.',
      ],
    };
  },
};

const smallest = {
  queries: 4,
  settings: 'preset: aflow\nsearch: { max_rounds: 1 }\nevaluation: { method: full, warm_up_rounds: 0 }',
  executors: 1,
  slots: 4,
  maxConcurrency: 4,
  latencyMs: 0,
} as const;

async function seconds(cli: Cli, words: readonly string[]): Promise<number> {
  const began = performance.now();
  await promisify(execFile)(process.execPath, words, {
    env: plainEnvironment(cli.environment),
    signal: cli.interrupts.requested,
  });
  return (performance.now() - began) / 1000;
}

async function median(times: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let time = 0; time < times; time += 1) values.push(await measure());
  return values.sort((one, other) => one - other)[Math.floor(times / 2)] ?? Number.NaN;
}
