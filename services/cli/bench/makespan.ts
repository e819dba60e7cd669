import type { Bench, BenchRow } from './bench.ts';
import { longestChain } from './longest-chain.ts';
import { type BenchedSearch, runSearch, runSearchAfterAnother, type SearchToBench } from './run-search.ts';
import { slotUse } from './served-calls.ts';

interface SearchToMeasure {
  readonly name: string;
  readonly settings: string;
  readonly slots: readonly number[];
  /** Rounds under way at once. */
  readonly parallelism: number;
  readonly rounds: number;
  /** Short ones are also measured on a cluster that has run another search: its first seconds are a good part of them. */
  readonly isShort: boolean;
}

const full = 'preset: aflow\nevaluation: { method: full, warm_up_rounds: 0 }';

const searches: readonly SearchToMeasure[] = [
  { name: 'full', settings: full, slots: [50], parallelism: 4, rounds: 11, isShort: false },
  { name: 'full', settings: full, slots: [50], parallelism: 1, rounds: 18, isShort: false },
  { name: 'default', settings: '', slots: [16, 50], parallelism: 4, rounds: 11, isShort: true },
  { name: 'paper', settings: 'preset: paper', slots: [16, 50], parallelism: 4, rounds: 11, isShort: true },
];

/** A job also is queued, stored and acknowledged: with as many jobs as calls, some calls would wait for that. */
const jobsPerCall = 1.5;

/** How long searches take against an endpoint whose calls last a fixed time, against the least time that they can take. */
export const makespanBench: Bench = {
  name: 'makespan',
  description: 'searches against an endpoint with calls of 200 ms, against the least time that their calls can take',
  run: async (cli, { quick }) => {
    const rows: BenchRow[] = [];
    for (const searched of searches) {
      const { name, slots, parallelism, isShort } = searched;
      for (const each of quick ? slots.slice(0, 1) : slots) {
        const search = searchOf(searched, each, quick);
        const title = `${name}, P = ${parallelism}, ${each} slots`;
        const run = await runSearch(cli, search);
        rows.push(...rowsOf(title, search, run, limitOf(parallelism, search, run)));
        if (!isShort) continue;
        const after = await runSearchAfterAnother(cli, search);
        rows.push(...rowsOf(`${title}, after another`, search, after, limitOf(parallelism, search, after)).filter(isOfTime));
      }
    }
    return {
      rows,
      notes: [
        'The limit of the time from the first call to the last is the larger of calls x latency / slots, and the longest chain of calls that wait for one another, where what waits for many calls waits until the slots have made them; the chain with any number of slots stands beside it. With P = 1, executions x latency / slots, and the calls of the optimizer one after another. Busy is the share of slot-seconds in that time in which a call was being answered. Each search has a cluster that has just been started; "after another" is the same search on a cluster that has run one with another seed.',
        'The simulated model answers; none of this is a result about a model.',
      ],
    };
  },
};

function searchOf({ settings, parallelism, rounds }: SearchToMeasure, slots: number, quick: boolean): SearchToBench {
  const search = `search: { max_rounds: ${quick ? 6 : rounds}, parallelism: ${parallelism} }`;
  return {
    queries: quick ? 40 : 264,
    settings: `${settings}\n${search}`,
    executors: 1,
    slots: Math.ceil(jobsPerCall * slots),
    maxConcurrency: slots,
    latencyMs: 200,
  };
}

type Served = Pick<BenchedSearch, 'seconds' | 'calls' | 'events'>;

interface Limit {
  /** calls x latency / slots. */
  readonly work: number;
  /** Of calls that wait for one another, with any number of slots. */
  readonly chain: number;
  /** With those that there are. */
  readonly chainOnSlots: number;
  readonly seconds: number;
}

/** With one round at a time nothing is executed while the optimizer is asked, so that both take their time. */
function limitOf(parallelism: number, { maxConcurrency: slots, latencyMs }: SearchToBench, run: Served): Limit {
  const work = (run.calls.length * latencyMs) / 1000 / slots;
  const chain = (longestChain(run.events, run.calls) * latencyMs) / 1000;
  const chainOnSlots = (longestChain(run.events, run.calls, slots) * latencyMs) / 1000;
  if (parallelism > 1) return { work, chain, chainOnSlots, seconds: Math.max(work, chainOnSlots) };
  const asked = run.calls.filter(({ jobId }) => !jobId.startsWith('execute-')).length;
  const executed = ((run.calls.length - asked) * latencyMs) / 1000 / slots;
  return { work, chain, chainOnSlots, seconds: executed + (asked * latencyMs) / 1000 };
}

function rowsOf(name: string, { maxConcurrency: slots }: SearchToBench, run: Served, limit: Limit): BenchRow[] {
  const { seconds, busy, mostAtOnce } = slotUse(run.calls, slots);
  return [
    { name: `${name}: first to last call`, value: seconds, unit: 's', limit: limit.seconds, ratio: seconds / limit.seconds },
    {
      name: `${name}: the whole command`,
      value: run.seconds,
      unit: 's',
      limit: limit.seconds,
      ratio: run.seconds / limit.seconds,
    },
    { name: `${name}: calls x latency / slots (${run.calls.length} calls)`, value: limit.work, unit: 's' },
    { name: `${name}: longest chain`, value: limit.chain, unit: 's' },
    { name: `${name}: longest chain on these slots`, value: limit.chainOnSlots, unit: 's' },
    { name: `${name}: busy`, value: busy, unit: 'of the slots', limit: 1, ratio: busy },
    { name: `${name}: most calls at once`, value: mostAtOnce, unit: 'calls', limit: slots },
  ];
}

/** And not what both ways have in common. */
function isOfTime({ name }: BenchRow): boolean {
  return name.endsWith('first to last call') || name.endsWith('busy');
}
