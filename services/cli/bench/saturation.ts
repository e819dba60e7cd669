import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cli } from '../cli.ts';
import type { ChildService } from '../cluster/child-service.ts';
import type { Bench, BenchRow } from './bench.ts';
import { openBenchCluster } from './bench-cluster.ts';
import { capacityUsed, leastSeconds, type Replica } from './capacity.ts';
import { type FailureSample, failedOutside, sampleFailedAttempts } from './failed-attempts.ts';
import { type LineCounter, openLineCounter } from './line-counter.ts';
import { writeMadeUpBenchmark } from './made-up-benchmark.ts';
import { epochMs, runFileOf, startEndpoint } from './run-search.ts';
import { readServedCalls, type ServedCall, slotUse } from './served-calls.ts';

interface Sweep {
  /** Sequences that each replica runs at once; what comes above that waits there. */
  readonly replicas: readonly number[];
  readonly searches: number;
  readonly queries: number;
  readonly rounds: number;
}

const full: Sweep = { replicas: [4, 8, 16, 32], searches: 8, queries: 264, rounds: 4 };
const quickly: Sweep = { replicas: [2, 3, 4, 6], searches: 2, queries: 60, rounds: 2 };
const latencyMs = 200;
/** Of the replicas, the one that goes down, and from which share of the calls to which. */
const fault = { replica: 2, from: 0.3, to: 0.6 } as const;
const pollMs = 20;

/** Whether what is rented is used: unequal replicas of a model behind one name, of which one goes down and comes back. */
export const saturationBench: Bench = {
  name: 'saturation',
  description:
    'several searches on four unequal replicas of a model, one of them down for a third of the calls, over their capacity',
  run: async (cli, { quick }) => {
    const sweep = quick ? quickly : full;
    const calm = await runSweep(cli, sweep);
    const faulty = await runSweep(cli, sweep, calm.calls.length);
    return {
      rows: [...rowsOf('all replicas up', calm), ...rowsOf('one down', faulty)],
      notes: [
        `${sweep.searches} searches at once, each ${sweep.rounds} rounds of ${sweep.queries} queries in full; calls of ${latencyMs} ms on replicas of ${sweep.replicas.join(', ')} sequences, which accept more calls and let them wait, as vLLM does. The run file gives their addresses and one max_concurrency for all of them, twice what the largest runs at once. The one with ${sweep.replicas[fault.replica]} is killed when ${100 * fault.from} % of the calls have been answered and is back at ${100 * fault.to} %.`,
        'Capacity is the slot-seconds of the replicas that are up.',
        'The simulated model answers; none of this is a result about a model.',
      ],
    };
  },
};

interface SweepResult {
  readonly calls: readonly ServedCall[];
  readonly replicas: readonly Replica[];
  readonly failures: readonly FailureSample[];
}

function rowsOf(name: string, { calls, replicas, failures }: SweepResult): BenchRow[] {
  const used = capacityUsed(calls, replicas, 0.05, 0.95);
  const { seconds } = slotUse(calls, 1);
  const limit = leastSeconds((calls.length * latencyMs) / 1000, replicas);
  const down = replicas.find((replica) => replica.down !== undefined)?.down ?? { fromMs: 0, toMs: 0 };
  const percent = (fault: { readonly fromMs: number; readonly toMs: number }) =>
    (100 * failedOutside(failures, fault)) / calls.length;
  return [
    { name: `${name}: used from 5 % to 95 % of the calls`, value: used, unit: 'of the capacity', limit: 1, ratio: used },
    { name: `${name}: first to last call`, value: seconds, unit: 's', limit, ratio: seconds / limit },
    { name: `${name}: failed attempts`, value: percent({ fromMs: 0, toMs: 0 }), unit: '% of the calls' },
    { name: `${name}: failed attempts outside the fault`, value: percent(down), unit: '% of the calls' },
  ];
}

/** @param expectedCalls how many there will be, if a replica is to go down among them */
async function runSweep(cli: Cli, sweep: Sweep, expectedCalls?: number): Promise<SweepResult> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-bench-'));
  const endpoints: ChildService[] = [];
  try {
    const benchmark = await writeMadeUpBenchmark(folder, sweep.queries);
    const logs = sweep.replicas.map((_, index) => join(folder, `calls-${index}.jsonl`));
    const start = (index: number, port = '0'): Promise<ChildService> =>
      startEndpoint(cli, {
        ...{ latencyMs, benchmark, accessLog: logs[index] ?? '' },
        endpoint: { SCALE_SIMULATOR_MAX_SEQUENCES: String(sweep.replicas[index]), SCALE_SIMULATOR_PORT: port },
      });
    for (const index of sweep.replicas.keys()) endpoints.push(await start(index));
    const slots = 2 * sweep.replicas.reduce((sum, each) => sum + each, 0);
    const files = await writeRunFiles(folder, sweep, endpoints, slots);
    await using cluster = await openBenchCluster(cli, { folder, executors: 1, slots });
    const over = new AbortController();
    const watching = sampleFailedAttempts(cluster.logs, 1, 200, over.signal);
    const restart = async (): Promise<Replica['down']> => {
      if (expectedCalls === undefined) return undefined;
      await using counters = await openLineCounters(logs);
      await untilLines(counters, fault.from * expectedCalls, over.signal);
      const fromMs = epochMs();
      const dead = endpoints[fault.replica];
      await dead?.kill();
      await untilLines(counters, fault.to * expectedCalls, over.signal);
      endpoints[fault.replica] = await start(fault.replica, new URL(dead?.addresses.models ?? '').port);
      return { fromMs, toMs: epochMs() };
    };
    const restarting = restart();
    const runs = Promise.all(files.map((file) => cluster.run(file))).finally(() => over.abort());
    const [down, failures] = await Promise.all([restarting, watching, runs]);
    for (const endpoint of endpoints) await endpoint.stop();
    return {
      calls: (await readServedCalls(logs)).filter(({ cutOff }) => !cutOff),
      replicas: sweep.replicas.map((each, index) => ({ slots: each, ...(index === fault.replica && down && { down }) })),
      failures,
    };
  } finally {
    for (const endpoint of endpoints) await endpoint.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The searches differ by their seeds. */
async function writeRunFiles(
  folder: string,
  { searches, rounds, replicas }: Sweep,
  endpoints: readonly ChildService[],
  slots: number,
): Promise<string[]> {
  const settings = `preset: aflow\nsearch: { max_rounds: ${rounds} }\nevaluation: { method: full, warm_up_rounds: 0 }`;
  const urls = `[${endpoints.map(({ addresses }) => `"${addresses.models}"`).join(', ')}]`;
  const search = { settings, executors: 1, slots, maxConcurrency: 2 * Math.max(...replicas) };
  const files = Array.from({ length: searches }, (_, index) => join(folder, `search-${index + 1}.yaml`));
  for (const [index, file] of files.entries()) await writeFile(file, runFileOf(search, urls, index + 1));
  return files;
}

interface LineCounters extends AsyncDisposable {
  readonly each: readonly LineCounter[];
}

async function openLineCounters(paths: readonly string[]): Promise<LineCounters> {
  const each = await Promise.all(paths.map(openLineCounter));
  return {
    each,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(each.map((counter) => counter[Symbol.asyncDispose]()));
    },
  };
}

async function untilLines({ each }: LineCounters, lines: number, over: AbortSignal): Promise<void> {
  for (;;) {
    const counts = await Promise.all(each.map((counter) => counter.count()));
    if (counts.reduce((sum, count) => sum + count, 0) >= lines) return;
    if (over.aborted) throw new Error('the searches of the bench ended before a replica could go down and come back');
    await sleep(pollMs);
  }
}
