import type { Bench, BenchRow } from './bench.ts';
import { runSearch, type SearchToBench } from './run-search.ts';
import { slotUse } from './served-calls.ts';

const mixes = [
  { name: 'no errors', faults: '', perGoodCall: 0 },
  { name: '10 % errors, half 429 and half 500', faults: '429:0.05,500:0.05', perGoodCall: 0.05 },
  { name: '10 % errors, all 500', faults: '500:0.1', perGoodCall: 0.1 },
] as const;

/** What stray errors of an endpoint cost besides the calls that they make necessary. */
export const errorsBench: Bench = {
  name: 'errors',
  description: 'full evaluations against an endpoint that fails 10 % of its calls, against the time that all those calls take',
  run: async (cli, { quick }) => {
    const rows: BenchRow[] = [];
    for (const { name, faults, perGoodCall } of mixes) {
      const search = searchOf(faults, quick);
      const { calls } = await runSearch(cli, search);
      const { seconds, busy } = slotUse(calls, search.slots);
      // A 500 comes after as long as an answer, and so does its repetition; a 429 comes at once.
      const limit = (calls.length * (1 + perGoodCall / (1 - 0.1)) * search.latencyMs) / 1000 / search.slots;
      rows.push(
        { name: `${name}: first to last call`, value: seconds, unit: 's', limit, ratio: seconds / limit },
        { name: `${name}: busy`, value: busy, unit: 'of the slots', limit: 1, ratio: busy },
        { name: `${name}: longest gap between two calls' beginnings`, value: longestGap(calls), unit: 's' },
      );
    }
    return {
      rows,
      notes: [
        `The limit is calls x latency / slots, including the failed ones that take time. Busy counts answers only.`,
        'The simulated model answers; none of this is a result about a model.',
      ],
    };
  },
};

function searchOf(faults: string, quick: boolean): SearchToBench {
  return {
    queries: quick ? 60 : 264,
    settings: `preset: aflow\nsearch: { max_rounds: ${quick ? 2 : 4} }\nevaluation: { method: full, warm_up_rounds: 0 }`,
    executors: 1,
    slots: 50,
    maxConcurrency: 50,
    latencyMs: 200,
    endpoint: { SCALE_SIMULATOR_FAULTS: faults },
  };
}

function longestGap(calls: readonly { readonly beganMs: number }[]): number {
  return Math.max(0, ...calls.slice(1).map(({ beganMs }, index) => beganMs - (calls[index]?.beganMs ?? beganMs))) / 1000;
}
