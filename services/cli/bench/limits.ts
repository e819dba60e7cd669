import type { Bench, BenchRow } from './bench.ts';
import { oneEvaluation, runSearch } from './run-search.ts';
import { slotUse } from './served-calls.ts';

const executors = 2;
const slots = 64;
/** Which is never reached: what is measured is what it takes to keep to it. */
const limits = 'limits: { tokens: 1000000000, calls: 100000000 }';

/** What it costs that each call is reserved for before it is sent. */
export const limitsBench: Bench = {
  name: 'limits',
  description: 'calls per second of a run with limits that it does not reach, against the same run without limits',
  run: async (cli, { quick }) => {
    const rows: BenchRow[] = [];
    for (const [latencyMs, queries] of quick ? [[0, 200] as const] : [[0, 4_000] as const, [200, 4_000] as const]) {
      const perSecond = async (settings: string): Promise<number> => {
        const search = { queries, settings, executors, slots, maxConcurrency: slots, latencyMs };
        const { calls } = await runSearch(cli, search);
        return calls.length / slotUse(calls, slots).seconds;
      };
      const limit = await perSecond(oneEvaluation);
      const value = await perSecond(`${oneEvaluation}\n${limits}`);
      const ofCalls = `calls of ${latencyMs} ms`;
      rows.push(
        { name: `${ofCalls}, without limits`, value: limit, unit: 'calls/s', ratio: 1 },
        { name: `${ofCalls}, with limits, over without`, value, unit: 'calls/s', limit, ratio: value / limit },
      );
    }
    return {
      rows,
      notes: [
        `${executors} executors with ${slots} slots together, one call a query, from the first call's beginning to the last one's end.`,
        'The simulated model answers; none of this is a result about a model.',
      ],
    };
  },
};
