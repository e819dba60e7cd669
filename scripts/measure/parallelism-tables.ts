// The tables of docs/parallelism.md that come from simulated searches.
import { differencesOf, pairedOver, scoreOver } from '../../services/domain/comparison/scores-over-seeds.ts';
import type { RepetitionCounts } from '../../services/domain/report/count-repetitions.ts';
import { seedsInterval } from '../../services/domain/statistics/crossed-interval.ts';
import type { Interval } from '../../services/domain/statistics/intervals.ts';

/** A simulated search, and what it found. */
export interface Trial extends RepetitionCounts {
  readonly benchmark: string;
  readonly seed: number;
  readonly parents: string;
  readonly parallelism: number;
  /** One for each query of the test split. */
  readonly testScores: readonly number[];
  /** Points on all validation queries by which the best workflow of the search was better than the one picked. */
  readonly regret: number;
}

/** Replaces what stands between two comments of the page. */
export function withMeasuredTables(page: string, tables: string): string {
  return page.replace(/(<!-- simulated searches -->\n)[\s\S]*?(?=<!-- end of simulated searches -->)/, (_, mark: string) => {
    return `${mark}\n${tables}\n`;
  });
}

/** By benchmark, one row for each way to choose parents and each P. */
export function parallelismTables(trials: readonly Trial[]): string {
  const byBenchmark = Map.groupBy(trials, ({ benchmark }) => benchmark);
  return [...byBenchmark].map(([benchmark, own]) => `**${benchmark}**\n\n${table(own)}\n`).join('\n');
}

const columns = [
  'parents',
  'P',
  'seeds',
  'test score (%)',
  'minus P = 1 (points)',
  'regret (points)',
  'repeated',
  'of those, under way',
];

function table(trials: readonly Trial[]): string {
  const groups = [...Map.groupBy(trials, ({ parents, parallelism }) => JSON.stringify([parents, parallelism])).values()];
  const one = trials.filter(({ parents, parallelism }) => parents === 'drawn' && parallelism === 1);
  const rows = groups.toSorted(([a], [b]) => (a?.parallelism ?? 0) - (b?.parallelism ?? 0)).map((group) => rowOf(group, one));
  return [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function rowOf(group: readonly Trial[], reference: readonly Trial[]): string[] {
  const { parents, parallelism } = group[0] as Trial;
  const score = scoreOver(group.map(({ testScores }) => testScores));
  const differences = group.flatMap(({ seed, testScores }) => {
    const other = reference.find((trial) => trial.seed === seed);
    return other === undefined || reference === group ? [] : [differencesOf(testScores, other.testScores)];
  });
  const isReference = reference.includes(group[0] as Trial);
  const against = isReference || differences.length === 0 ? undefined : pairedOver(differences).difference;
  const regret = seedsInterval(group.map((trial) => trial.regret));
  const sum = (count: (trial: Trial) => number) => group.reduce((total, trial) => total + count(trial), 0);
  const proposals = sum((trial) => trial.proposals);
  const repeated = sum((trial) => trial.tried + trial.underWay);
  return [
    parents,
    `${parallelism}`,
    `${group.length}`,
    figure({ ...score, value: 100 * score.value, low: 100 * score.low, high: 100 * score.high }),
    against === undefined ? '–' : figure({ value: 100 * against.value, low: 100 * against.low, high: 100 * against.high }),
    figure({ low: regret.value, high: regret.value, ...regret }),
    `${repeated} of ${proposals} (${((100 * repeated) / proposals).toFixed(1)} %)`,
    `${sum((trial) => trial.underWay)}`,
  ];
}

function figure({ value, low, high }: Interval & { readonly value: number }): string {
  return `${number(value)} (${number(low)} to ${number(high)})`;
}

function number(value: number): string {
  return value.toFixed(2).replace('-', '−');
}
