import { seedsInterval } from '../statistics/crossed-interval.ts';
import { mean } from '../statistics/intervals.ts';
import type { Figure, IntervalPlot, ResultTable } from './experiment-report.ts';
import { boundedFigure } from './figures.ts';
import { noiseShare, passDeviation, type VarianceComponents, varianceComponents } from './variance-components.ts';

/** The best workflows of one search, each executed several times on the test split. */
export interface RepeatsTrial {
  readonly benchmark: string;
  readonly seed: number;
  /** scores[workflow][repeat][query] */
  readonly scores: readonly (readonly (readonly number[])[])[];
}

interface BenchmarkComponents {
  readonly benchmark: string;
  readonly components: readonly VarianceComponents[];
}

/** Those of each search; a search that found a single workflow says nothing about differences and is left out. */
export function componentsOf(trials: readonly RepeatsTrial[]): BenchmarkComponents[] {
  return [...Map.groupBy(trials, ({ benchmark }) => benchmark)].flatMap(([benchmark, group]) => {
    const components = group.filter(({ scores }) => scores.length > 1).map(({ scores }) => varianceComponents(scores));
    return components.length === 0 ? [] : [{ benchmark, components }];
  });
}

const deviations = [
  ['between workflows', ({ workflow }: VarianceComponents) => Math.sqrt(workflow)],
  ['between queries', ({ query }: VarianceComponents) => Math.sqrt(query)],
  ['workflow x query', ({ interaction }: VarianceComponents) => Math.sqrt(interaction)],
  ['between executions', ({ execution }: VarianceComponents) => Math.sqrt(execution)],
  ['of a score, pass to pass', passDeviation],
] as const;

export function componentTable(results: readonly BenchmarkComponents[]): ResultTable {
  return {
    title: 'Standard deviations (points), and the share of a difference between two workflows that is execution noise',
    columns: [...deviations.map(([title]) => title), 'noise share of a difference'],
    rows: results.map(({ benchmark, components }) => ({
      name: benchmark,
      source: 'ours',
      cells: [
        ...deviations.map(([, of]): Figure => ({ unit: 'number', value: 100 * mean(components.map(of)) })),
        noiseFigure(components),
      ],
    })),
  };
}

function noiseFigure(components: readonly VarianceComponents[]): Figure {
  return boundedFigure('share', seedsInterval(components.map(noiseShare)), [0, 1]);
}

/** Each workflow's passes: mean, lowest and highest. */
export function passTable(trials: readonly RepeatsTrial[]): ResultTable {
  return {
    title: 'Scores of the passes (%)',
    columns: ['mean', 'lowest', 'highest', 'queries whose score varied (%)'],
    rows: trials.flatMap(({ benchmark, seed, scores }) =>
      scores.map((passes, place) => {
        const means = passes.map((pass) => 100 * mean(pass));
        const percent = (value: number): Figure => ({ unit: 'percent', value });
        const unsteady = (passes[0] ?? []).map((score, query) => Number(passes.some((pass) => pass[query] !== score)));
        return {
          name: `${benchmark}, seed ${seed}, top ${place + 1}`,
          source: 'ours' as const,
          cells: [percent(mean(means)), percent(Math.min(...means)), percent(Math.max(...means)), percent(100 * mean(unsteady))],
        };
      }),
    ),
  };
}

export function passPlot(trials: readonly RepeatsTrial[]): IntervalPlot {
  return {
    kind: 'intervals',
    title: 'Scores of the same workflows from pass to pass (%): mean, lowest, highest',
    rows: trials.flatMap(({ benchmark, seed, scores }) =>
      scores.map((passes, place) => {
        const means = passes.map((pass) => 100 * mean(pass));
        const figure = { unit: 'percent' as const, value: mean(means), low: Math.min(...means), high: Math.max(...means) };
        return { name: `${benchmark}, seed ${seed}, top ${place + 1}`, figure };
      }),
    ),
  };
}

export function describeNoise(results: readonly BenchmarkComponents[]): string[] {
  return results.map(({ benchmark, components }) => {
    const queries = components[0]?.queries ?? 0;
    const noise = 100 * mean(components.map(passDeviation));
    if (noise === 0)
      return `${benchmark}, ${queries} test queries: every pass of a workflow scored every query alike, so no difference between workflows is execution noise.`;
    // Two passes, each with its own noise.
    const between = 1.96 * Math.SQRT2 * noise;
    const share = Math.round(100 * mean(components.map(noiseShare)));
    return `${benchmark}, ${queries} test queries: the score of one workflow varies by ${noise.toFixed(2)} points (standard deviation) from pass to pass, so two passes differ by up to ${between.toFixed(1)} points in 95 % of cases with nothing changed; ${share} % of the variance of a difference between two of the best workflows, each executed once, is execution noise.`;
  });
}
