import { differencesOf, pairedOver, scoreOver } from '../comparison/scores-over-seeds.ts';
import { seedsInterval } from '../statistics/crossed-interval.ts';
import type { IntervalPlot, ResultRow, ResultTable } from './experiment-report.ts';
import { boundedFigure, percentFigure, pointsFigure, probabilityFigure } from './figures.ts';
import { describeDifference } from './verdict.ts';

/** One workflow on a benchmark's test split. */
export interface TransferTrial {
  /** The benchmark that it is tested on. */
  readonly target: string;
  /** Where the workflow comes from: a benchmark, or `initialWorkflow` for the target's own. */
  readonly source: string;
  readonly seed: number;
  /** One per test query. */
  readonly scores: readonly number[];
}

export const initialWorkflow = 'initial workflow';

interface Transfer {
  readonly target: string;
  readonly source: string;
  readonly trials: readonly TransferTrial[];
  /** Differences from the target's own best, by seed and query; absent for that one. */
  readonly differences?: readonly (readonly number[])[];
}

export function transfersOf(trials: readonly TransferTrial[]): Transfer[] {
  const groups = Map.groupBy(trials, ({ target, source }) => JSON.stringify([target, source]));
  return [...groups.values()].map((group) => {
    const { target, source } = group[0] as TransferTrial;
    if (source === target) return { target, source, trials: group };
    const own = trials.filter((trial) => trial.target === target && trial.source === target);
    const differences = group.flatMap(({ seed, scores }) => {
      const other = own.find((trial) => trial.seed === seed);
      return other === undefined ? [] : [differencesOf(scores, other.scores)];
    });
    return { target, source, trials: group, ...(differences.length === 0 ? {} : { differences }) };
  });
}

export function transferTable(target: string, transfers: readonly Transfer[]): ResultTable {
  return {
    title: `${target}: workflows found elsewhere, on its test split`,
    columns: ['test score (%)', 'minus its own best (points)', 'p'],
    rows: transfers
      .filter((transfer) => transfer.target === target)
      .map(({ source, trials, differences }): ResultRow => {
        const paired = differences && pairedOver(differences);
        const score = percentFigure(scoreOver(trials.map(({ scores }) => scores)));
        return {
          name: nameOf(source, target),
          source: 'ours',
          cells: [score, paired && pointsFigure(paired.difference), probabilityFigure(paired?.pValue)],
        };
      }),
  };
}

function nameOf(source: string, target: string): string {
  if (source === initialWorkflow) return 'its initial workflow';
  return source === target ? 'its own best' : `best of ${source}`;
}

export function transferPlot(transfers: readonly Transfer[]): IntervalPlot {
  return {
    kind: 'intervals',
    title: 'Test scores of workflows by where they were found (%)',
    rows: transfers.map(({ target, source, trials }) => ({
      name: `${target}: ${nameOf(source, target)}`,
      figure: percentFigure(scoreOver(trials.map(({ scores }) => scores))),
    })),
  };
}

export function describeTransfers(transfers: readonly Transfer[]): string[] {
  return transfers.flatMap(({ target, source, differences }) => {
    if (differences === undefined || source === initialWorkflow) return [];
    const { difference } = pairedOver(differences);
    return [`On ${target}, ${describeDifference(`the best workflow of ${source}`, difference, 'the one found there')}.`];
  });
}

/** S_few's error with the strata of another benchmark. */
export interface StrataTrial {
  readonly target: string;
  readonly source: string;
  readonly seed: number;
  readonly meanAbsoluteError: number;
}

export function strataTable(trials: readonly StrataTrial[]): ResultTable {
  const sources = [...new Set(trials.map(({ source }) => source))];
  return {
    title: 'Mean absolute error of S_few, its bins drawn from by the shares of …',
    columns: sources,
    rows: [...Map.groupBy(trials, ({ target }) => target)].map(([target, group]) => ({
      name: target,
      source: 'ours',
      cells: sources.map((source) => {
        const errors = group.filter((trial) => trial.source === source).map((trial) => trial.meanAbsoluteError);
        return errors.length === 0 ? undefined : boundedFigure('number', seedsInterval(errors), [0, 1]);
      }),
    })),
  };
}
