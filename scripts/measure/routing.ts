// What a router over the workflows of a search would have saved, and what it would have cost in score, on the recorded searches:
// `node scripts/measure/routing.ts` prints the tables of docs/routing.md. Nothing is executed. Costs are dollars: the mean of the
// run that an execution was in. The same seed gives the same tables.
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { foldsOf } from '../../services/domain/routing/choose-route.ts';
import { type ComparedQuery, comparisonOf } from '../../services/domain/routing/compared.ts';
import { estimatesOn, trainingOn } from '../../services/domain/routing/estimates.ts';
import { failureEstimators } from '../../services/domain/routing/estimators/registry.ts';
import { defaultRouteSettings, fitRoute } from '../../services/domain/routing/fit-route.ts';
import type { RouteReport } from '../../services/domain/routing/route-report.ts';
import { onQueries, type RoutedWorkflow, type RoutingMatrix, trialAt } from '../../services/domain/routing/routing-matrix.ts';
import { mean } from '../../services/domain/statistics/intervals.ts';
import { dataFolderOf } from '../../services/shared/config/data-folder.ts';
import { type RecordedMatrix, recordedMatrices } from './recorded-matrices.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    partitions: { type: 'string', default: '3' },
    /** The folder that has `recorded` and `benchmarks`. */
    data: { type: 'string', default: dirname(dataFolderOf()) },
  },
});

/** A search with fewer workflows has nothing to route over. */
const fewestWorkflows = 3;
const settings = { ...defaultRouteSettings, seed: Number(values.seed), partitions: Number(values.partitions) };

interface Fitted extends RecordedMatrix {
  readonly report: RouteReport;
}

const fitted = (await recordedMatrices(values.data))
  .filter(({ matrix }) => matrix.workflows.length >= fewestWorkflows)
  .map((one): Fitted => ({ ...one, report: fitRoute(one.matrix, settings) }));

console.log(`Seed ${settings.seed}, ${settings.folds} parts, dealt ${settings.partitions} times.\n`);
console.log(benchmarkTable(fitted));
console.log(`\n${searchTable(fitted)}`);
console.log(`\n${signalTable(fitted)}`);

/** One row a benchmark; several searches on the same queries are averaged query by query. */
function benchmarkTable(all: readonly Fitted[]): string {
  const rows = [...Map.groupBy(all, ({ benchmark }) => benchmark)].map(([benchmark, some]) => {
    const reports = some.map(({ report }) => report);
    const [first] = reports;
    const partitions = (first?.byQuery ?? []).map((_, partition) =>
      averaged(reports.map(({ byQuery }) => byQuery[partition] ?? [])),
    );
    const { difference: score, costShare: share, ...means } = comparisonOf(partitions);
    const { difference, low, high } = score;
    const pays = share <= settings.share && low >= -settings.margin;
    const ceiling = some.length === 1 ? first?.ceiling : undefined;
    return [
      ...[benchmark, `${some.length}`, `${first?.queries}`, `${first?.executions}`],
      ...[percent(means.bestScore), percent(means.score)],
      ...[interval(difference, low, high), share.toFixed(2)],
      ceiling ? `${percent(ceiling.different)} − ${percent(ceiling.repeats)} (${ceiling.tries} tries)` : 'unknown',
      ceiling ? interval(ceiling.gain.difference, ceiling.gain.low, ceiling.gain.high) : '–',
      pays ? '**yes**' : 'no',
    ];
  });
  return table(
    [
      ...['benchmark', 'searches', 'queries', 'executions', 'best alone (%)', 'route (%)', 'points (95 %)', "of the best's cost"],
      ...['union: different − repeats (%)', 'what diversity adds (points)', 'pays'],
    ],
    rows,
  );
}

/** Query by query, over searches; costs as shares of what the best workflow of each takes. */
function averaged(searches: readonly (readonly ComparedQuery[])[]): ComparedQuery[] {
  const [first = []] = searches;
  const usual = searches.map((queries) => mean(queries.map(({ bestCost }) => bestCost)));
  return first.map(({ id }, query) => {
    const over = (of: (one: ComparedQuery, search: number) => number): number =>
      mean(searches.map((queries, search) => of(queries[query] as ComparedQuery, search)));
    return {
      ...{ id, score: over(({ score }) => score), bestScore: over(({ bestScore }) => bestScore) },
      cost: over(({ cost }, search) => cost / (usual[search] ?? 1)),
      bestCost: over(({ bestCost }, search) => bestCost / (usual[search] ?? 1)),
    };
  });
}

function searchTable(all: readonly Fitted[]): string {
  const rows = all.map(({ benchmark, search, matrix, report: { verdict, best, chosen, curve } }) => {
    const { difference, low, high } = verdict.difference;
    const within = curve.find((point) => point.within === settings.share);
    return [
      ...[`${benchmark}, ${search}`, `${matrix.workflows.length}`, matrix.workflows[best]?.name ?? ''],
      ...[interval(difference, low, high), verdict.costShare.toFixed(2)],
      within
        ? `${interval(within.difference.difference, within.difference.low, within.difference.high)} at ${(within.cost / verdict.bestCost).toFixed(2)}`
        : '–',
      ...[
        chosen[0]?.text ?? '',
        verdict.serves === 'route' ? '**yes**' : verdict.serves === 'cheaper' ? 'no, a cheaper one' : 'no',
      ],
    ];
  });
  return table(
    [
      'search',
      'workflows',
      'best alone',
      'points (95 %)',
      "of the best's cost",
      `best score within ${settings.share}`,
      'chosen most often',
      'pays',
    ],
    rows,
  );
}

/** How well each estimate tells the best workflow's failures from its successes, out of fold: the area under the ROC curve. */
function signalTable(all: readonly Fitted[]): string {
  const names = [...failureEstimators.keys()].filter((name) => name !== 'verifier');
  const rows = [...Map.groupBy(all, ({ benchmark }) => benchmark)].map(([benchmark, some]) => {
    const found = some.map(({ matrix, report }) => areas(matrix, report.best));
    return [benchmark, ...names.map((name) => meanOrDash(found.flatMap((areaOf) => areaOf.get(name) ?? [])))];
  });
  return table(['benchmark', ...names], rows);
}

/** Pairs of queries of one part are compared: the parts have learned from different queries, so their estimates lie apart. */
function areas(matrix: RoutingMatrix, best: number): Map<string, number> {
  const counts = new Map<string, { won: number; pairs: number }>();
  for (const held of foldsOf([...matrix.queries.keys()], settings.folds)) {
    const rest = [...matrix.queries.keys()].filter((place) => !held.includes(place));
    const asked = onQueries(matrix, held);
    for (const [key, estimates] of estimatesOn(trainingOn(onQueries(matrix, rest)), asked, [best])) {
      const name = key.split('/')[0] ?? '';
      const known = counts.get(name) ?? { won: 0, pairs: 0 };
      counts.set(name, known);
      const seen = estimates.flatMap((turns, query) =>
        turns.map((estimate, turn) => ({
          ...{ estimate, wrong: trialAt(asked.workflows[best] as RoutedWorkflow, query, turn).score < 0.5 },
        })),
      );
      for (const one of seen.filter(({ wrong }) => wrong)) {
        for (const other of seen.filter(({ wrong }) => !wrong)) {
          known.pairs += 1;
          known.won += one.estimate > other.estimate ? 1 : one.estimate === other.estimate ? 0.5 : 0;
        }
      }
    }
  }
  return new Map([...counts].flatMap(([name, { won, pairs }]) => (pairs === 0 ? [] : [[name, won / pairs]])));
}

function meanOrDash(values: readonly number[]): string {
  return values.length === 0 ? '–' : mean(values).toFixed(2);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function percent(value: number): string {
  return (100 * value).toFixed(1);
}

function points(value: number): string {
  return `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}`.replace('-', '−');
}

function interval(value: number, low: number, high: number): string {
  return `${points(value)} (${points(low)} to ${points(high)})`;
}
