// What the floor of the sample and the choice among equals do, on recorded searches and on made-up ones whose truth is
// known: `node scripts/measure/floor.ts` prints the tables of docs/decisions/0031-a-third-on-arrival.md; those of 0025 and
// 0030 are of their own defaults. Recorded searches are read where they lie, next to the benchmarks' files.
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { replayDefaults } from '../../services/cli/replay/replay-work.ts';
import { leaveOneOut, type MeasuresBySearch } from '../../services/domain/replay/leave-one-out.ts';
import type { Measures } from '../../services/domain/replay/measure.ts';
import type { PreparedSearch } from '../../services/domain/replay/prepared-search.ts';
import { replaySeeds } from '../../services/domain/replay/replay-report.ts';
import { prepareSearches } from '../../services/domain/replay/replay-search.ts';
import { planOf, type Strategy } from '../../services/domain/replay/strategy.ts';
import { summarise } from '../../services/domain/replay/summarise.ts';
import { evaluationRules } from '../../services/domain/run/evaluation-rules.ts';
import { finalPickRules } from '../../services/domain/run/search-rules.ts';
import { sampleSize } from '../../services/domain/sampling/stratified-draw.ts';
import { dataFolderOf } from '../../services/shared/config/data-folder.ts';
import { readTraces } from '../../services/shared/traces/read-traces.ts';
import { madeUpSearch } from '../made-up-searches.ts';

const { values } = parseArgs({
  options: {
    'made-up': { type: 'string', default: '200' },
    queries: { type: 'string', default: '30,60,90,260' },
    floors: { type: 'string', default: '1,10,15,20,25,30,40' },
    seeds: { type: 'string', default: '20' },
    'made-up-seeds': { type: 'string', default: '3' },
    parallelism: { type: 'string', default: '4' },
  },
});

/** As in a run: what executes on arrival and what the pick may, each as a share of executing everything. */
const [arrivalShare, pickShare] = [evaluationRules.few_shot_ratio.default, finalPickRules.share.default];
/** Of the budget: the default's, and what it was before. */
const [arrival, arrivalBefore] = [1 / 3, 4 / 7];
const counts = values.queries.split(',').filter(Boolean).map(Number);
const recorded = prepareSearches(await readTraces(join(dirname(dataFolderOf()), 'recorded')));
const madeUp = (queries: number): PreparedSearch[] =>
  prepareSearches(Array.from({ length: Number(values['made-up']) }, (_, index) => madeUpSearch(index + 1, queries)));

console.log('The floor of the sample, whatever an answer costs (newest of equals) and with the cheapest of equals\n');
console.log(
  '| searches | floor | objective | within 1 point | regret (points) | cost of an answer | f |\n|---|---|---|---|---|---|---|',
);
for (const [name, searches, seeds] of sets()) {
  for (const floor of values.floors.split(',').map(Number)) {
    for (const kind of ['highest-score', 'score'] as const) print(name, searches, seeds, floor, kind);
  }
}

console.log(
  '\nThe same number of executions, f = 0.14 and others, without a floor; the difference is that to the newest of equals\n',
);
console.log(
  '| searches | f | rule | within 1 point | regret (points) | difference in regret | cost of an answer |\n|---|---|---|---|---|---|---|',
);
for (const share of [0.1, 0.14, 0.2]) {
  for (const [name, searches, seeds] of sets()) {
    const before = { share, arrival: arrivalBefore };
    const budget = { share, arrival };
    const newest = strategyOf({ name: 'race, newest of equals, 4/7 on arrival', pick: 'race', budget: before });
    const rules = [
      newest,
      strategyOf({ name: 'halving, lots among equals, 4/7', pick: 'halving', budget: before }),
      strategyOf({ name: 'race, newest of equals, 1/3', pick: 'race', budget }),
      strategyOf({
        name: 'the default: race, cheapest of equals for its age, 1/3',
        pick: 'race',
        budget,
        objective: { kind: 'score' },
      }),
    ];
    const byRule = rules.map((rule) => [rule, replayed(searches, seeds, () => rule)] as const);
    const base = byRule[0]?.[1] ?? [];
    const measured = byRule.map(([, measures]) => measures);
    const shipped = rules.length - 1;
    for (const [rule, measures] of [
      ...byRule.map(([{ name: called }, some]) => [called, some] as const),
      ['chosen on the other searches', leaveOneOut(searches, measured).measuresBySearch] as const,
      ['the default, unless another is better there', leaveOneOut(searches, measured, shipped).measuresBySearch] as const,
    ]) {
      const { regret, withinOnePoint, cost } = pooled(searches, measures);
      const difference = pooled(searches, minus(measures, base)).regret;
      console.log(
        `| ${name} | ${share} | ${rule} | ${figure(withinOnePoint)} | ${figure(regret)} | ${figure(difference)} | ${figure(cost)} |`,
      );
    }
  }
}

/** Of regrets, seed by seed. */
function minus(measures: MeasuresBySearch, base: MeasuresBySearch): Measures[][] {
  return measures.map((some, search) =>
    some.map((one, seed) => ({ ...one, regret: (one.regret ?? 0) - (base[search]?.[seed]?.regret ?? 0) })),
  );
}

function sets(): (readonly [string, readonly PreparedSearch[], number])[] {
  return [
    ['recorded', recorded, Number(values.seeds)],
    ...counts.map((queries) => [`made up, ${queries} queries`, madeUp(queries), Number(values['made-up-seeds'])] as const),
  ];
}

function strategyOf(settings: Pick<Strategy, 'name' | 'pick' | 'budget' | 'objective'>): Strategy {
  const parallelism = Number(values.parallelism);
  return { method: 'few-shot', warmUpRounds: 0, fewShotRatio: 0, parallelism, ...settings };
}

/** As a run spends it: the pick's share comes on top of what the floor takes. */
function print(
  name: string,
  searches: readonly PreparedSearch[],
  seeds: number,
  floor: number,
  kind: 'highest-score' | 'score',
): void {
  const strategy = ({ queryCount }: PreparedSearch): Strategy => {
    const arrival = sampleSize({ fewShotRatio: arrivalShare, fewShotFloor: floor }, queryCount) / queryCount;
    const share = Math.min(1, arrival + pickShare);
    const budget = { share, arrival: Math.min(1, (arrival + 1e-9) / share) };
    return strategyOf({ name: `${floor}`, pick: 'race', budget, objective: { kind } });
  };
  const { regret, withinOnePoint, cost, spent } = pooled(searches, replayed(searches, seeds, strategy));
  console.log(
    `| ${name} | ${floor} | ${kind} | ${figure(withinOnePoint)} | ${figure(regret)} | ${figure(cost)} | ${spent?.mean.toFixed(3)} |`,
  );
}

function replayed(
  searches: readonly PreparedSearch[],
  seeds: number,
  strategy: (search: PreparedSearch) => Strategy,
): Measures[][] {
  const wanted = Array.from({ length: seeds }, (_, index) => index + 1);
  return searches.map((search) => replaySeeds(search, planOf(strategy(search), replayDefaults), wanted, 0));
}

function pooled(searches: readonly PreparedSearch[], measuresBySearch: MeasuresBySearch) {
  const all = searches.map(({ source }, index) => ({ source, measures: measuresBySearch[index] ?? [] }));
  return summarise(all, 1).pooled;
}

function figure(estimate: { readonly mean: number; readonly low: number; readonly high: number } | undefined): string {
  if (estimate === undefined) return '–';
  return `${estimate.mean.toFixed(2)} (${estimate.low.toFixed(2)}–${estimate.high.toFixed(2)})`;
}
