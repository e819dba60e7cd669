import type { Bench, BenchRow } from './bench.ts';
import { longestChain } from './longest-chain.ts';
import { type BenchedSearch, runSearch, type SearchToBench } from './run-search.ts';
import { slotUse } from './served-calls.ts';

interface Searches {
  readonly name: string;
  readonly settings: string;
  readonly slots: readonly number[];
  /** Rounds under way at once. */
  readonly parallelism: number;
}

const full = 'preset: aflow\nevaluation: { method: full, warm_up_rounds: 0 }';

const searches: readonly Searches[] = [
  { name: 'full', settings: full, slots: [50], parallelism: 4 },
  { name: 'full', settings: full, slots: [50], parallelism: 1 },
  { name: 'default', settings: '', slots: [16, 50], parallelism: 4 },
  { name: 'paper', settings: 'preset: paper', slots: [16, 50], parallelism: 4 },
];

/** How long searches take against an endpoint whose calls last a fixed time, against the least time that they can take. */
export const makespanBench: Bench = {
  name: 'makespan',
  description: 'searches against an endpoint with calls of 200 ms, against the least time that their calls can take',
  run: async (cli, { quick }) => {
    const rows: BenchRow[] = [];
    for (const { name, settings, slots, parallelism } of searches) {
      for (const each of quick ? slots.slice(0, 1) : slots) {
        const search = searchOf(settings, each, parallelism, quick);
        rows.push(...rowsOf(`${name}, P = ${parallelism}, ${each} slots`, search, await runSearch(cli, search)));
      }
    }
    return {
      rows,
      notes: [
        'The limit of the time from the first call to the last is the larger of calls x latency / slots, and the longest chain of calls that wait for one another. Busy is the share of slot-seconds in that time in which a call was being answered.',
        'The simulated model answers; none of this is a result about a model.',
      ],
    };
  },
};

function searchOf(settings: string, slots: number, parallelism: number, quick: boolean): SearchToBench {
  const rounds = `search: { max_rounds: ${quick ? 6 : 11}, parallelism: ${parallelism} }`;
  return {
    queries: quick ? 40 : 264,
    settings: `${settings}\n${rounds}`,
    executors: 1,
    slots,
    maxConcurrency: slots,
    latencyMs: 200,
  };
}

function rowsOf(name: string, { slots, latencyMs }: SearchToBench, run: BenchedSearch): BenchRow[] {
  const { seconds, busy, mostAtOnce } = slotUse(run.calls, slots);
  const work = (run.calls.length * latencyMs) / 1000 / slots;
  const chain = (longestChain(run.events, run.calls) * latencyMs) / 1000;
  const limit = Math.max(work, chain);
  return [
    { name: `${name}: first to last call`, value: seconds, unit: 's', limit, ratio: seconds / limit },
    { name: `${name}: the whole command`, value: run.seconds, unit: 's', limit, ratio: run.seconds / limit },
    { name: `${name}: calls x latency / slots (${run.calls.length} calls)`, value: work, unit: 's' },
    { name: `${name}: longest chain`, value: chain, unit: 's' },
    { name: `${name}: busy`, value: busy, unit: 'of the slots', limit: 1, ratio: busy },
    { name: `${name}: most calls at once`, value: mostAtOnce, unit: 'calls', limit: slots },
  ];
}
