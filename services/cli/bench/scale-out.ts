import { countOf } from '../../domain/names/count-of.ts';
import type { Cli } from '../cli.ts';
import type { Bench, BenchRow } from './bench.ts';
import { openBenchCluster } from './bench-cluster.ts';
import { oneEvaluation, prepareSearch, type SearchToBench } from './run-search.ts';
import { type ServedCall, slotUse } from './served-calls.ts';

const slotsEach = 10;
const latencyMs = 1000;

/** What more executors bring where calls take long, as they do. */
export const scaleOutBench: Bench = {
  name: 'scale-out',
  description: 'calls of 1 s answered per second with one executor and with eight, against that many times one',
  run: async (cli, { quick }) => {
    const waves = quick ? 3 : 25;
    const rows: BenchRow[] = [];
    let ofOne = Number.NaN;
    for (const executors of quick ? [1, 2] : [1, 8]) {
      const slots = executors * slotsEach;
      const calls = await callsOf(cli, {
        ...{ queries: waves * slots, settings: oneEvaluation, executors, slots, maxConcurrency: slots, latencyMs },
      });
      const { seconds, busy } = slotUse(calls, slots);
      const perSecond = calls.length / seconds;
      if (executors === 1) ofOne = perSecond;
      rows.push(
        { ...{ name: `${countOf(executors, 'executor')}`, value: perSecond, unit: 'calls/s' }, ...overLimit(perSecond, slots) },
        { name: `${countOf(executors, 'executor')}: busy`, value: busy, unit: 'of the slots', limit: 1, ratio: busy },
      );
      if (executors > 1) {
        const times = perSecond / ofOne;
        rows.push({ name: 'times one executor', value: times, unit: 'x', limit: executors, ratio: times / executors });
      }
    }
    return {
      rows,
      notes: [
        `${slotsEach} slots per executor, ${waves} calls of ${latencyMs / 1000} s for each slot, from the first call's beginning to the last one's end, on a cluster whose executors are all there when the run begins. The limit is slots / latency.`,
        'The simulated model answers; none of this is a result about a model.',
      ],
    };
  },
};

async function callsOf(cli: Cli, search: SearchToBench): Promise<readonly ServedCall[]> {
  const { executors, slots } = search;
  await using prepared = await prepareSearch(cli, search);
  {
    await using cluster = await openBenchCluster(cli, { folder: prepared.folder, executors, slots: slots / executors });
    await cluster.complete();
    await cluster.run(prepared.runFile);
  }
  return await prepared.calls();
}

function overLimit(perSecond: number, slots: number): Pick<BenchRow, 'limit' | 'ratio'> {
  const limit = (slots * 1000) / latencyMs;
  return { limit, ratio: perSecond / limit };
}
