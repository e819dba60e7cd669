import { dirname, join } from 'node:path';
import { measure } from '../../domain/replay/measure.ts';
import type { PreparedSearch } from '../../domain/replay/prepared-search.ts';
import { prepareSearches, replaySearch } from '../../domain/replay/replay-search.ts';
import { fullValidation, pickStrategies, planOf, type Strategy } from '../../domain/replay/strategy.ts';
import { dataFolderOf } from '../../shared/config/data-folder.ts';
import { readTraces } from '../../shared/traces/read-traces.ts';
import { replayDefaults } from '../replay/replay-work.ts';
import type { Bench, BenchRow } from './bench.ts';

const share = 0.2;

/** Searches replayed per second on one core. The floor reads as many cells of the same matrices in a bare loop. */
export const replayBench: Bench = {
  name: 'replay',
  description: 'recorded searches replayed per second on one core, by strategy, against a bare loop over the same cells',
  run: async (cli, { seconds }) => {
    const folder = join(dirname(dataFolderOf(cli.environment)), 'recorded');
    const searches = prepareSearches(await readTraces(folder));
    const floor = rate(searches, seconds, readCells);
    const rows = [...pickStrategies(share), fullValidation].map((strategy): BenchRow => {
      const perSecond = replayRate(searches, strategy, seconds);
      return { name: strategy.name, value: perSecond, unit, limit: floor, ratio: floor / perSecond };
    });
    return {
      rows: [{ name: 'floor: a bare loop', value: floor, unit, ratio: 1 }, ...rows],
      notes: [
        `${searches.length} searches at f = ${share}, ${seconds} s a row, one core. The floor sums f x workflows x queries cells of a drawn repeat, and does nothing else.`,
      ],
    };
  },
};

const unit = 'replayed searches/s';

function replayRate(searches: readonly PreparedSearch[], strategy: Strategy, seconds: number): number {
  const plan = planOf(strategy, replayDefaults);
  return rate(searches, seconds, (search, seed) => measure(search, replaySearch(search, plan, seed), 3).spent);
}

/** Rounds over all searches, so that large and small ones have the same part; the first round only warms up. */
function rate(
  searches: readonly PreparedSearch[],
  seconds: number,
  once: (search: PreparedSearch, seed: number) => number,
): number {
  let kept = 0;
  for (const search of searches) kept += once(search, 0);
  let replayed = 0;
  let seed = 1;
  const start = performance.now();
  for (; performance.now() - start < 1000 * seconds; seed += 1) {
    for (const search of searches) kept += once(search, seed);
    replayed += searches.length;
  }
  // The sum is used, or the compiler might leave the loop out.
  if (Number.isNaN(kept)) throw new RangeError('a replay gave no number');
  return (1000 * replayed) / (performance.now() - start);
}

function readCells({ workflows, queryCount }: PreparedSearch, seed: number): number {
  let sum = 0;
  const each = Math.max(1, Math.floor(share * queryCount));
  for (const { repeats } of workflows) {
    const row = repeats[seed % repeats.length] as readonly number[];
    for (let query = 0; query < each; query += 1) sum += row[query] as number;
  }
  return sum;
}
