import { countOf } from '../names/count-of.ts';
import { comparisonLevel } from './compare-values.ts';
import type { ReportedCell } from './reported-cell.ts';
import type { GroupReport, ValueComparison } from './sweep-report-model.ts';

/** Why the figures of this sweep may not mean what they seem to. */
export function sweepRemarks(
  cells: readonly ReportedCell[],
  groups: readonly GroupReport[],
  comparisons: readonly ValueComparison[],
): string[] {
  return [
    ...new Set(cells.flatMap(({ run }) => run?.doubts ?? [])),
    ...uncountedRemark(cells),
    ...unevenRemark(groups),
    ...searchRemark(groups, comparisons),
    ...fewPairsRemark(comparisons),
    ...missingQueriesRemark(groups),
    ...holmRemark(comparisons),
  ];
}

function uncountedRemark(cells: readonly ReportedCell[]): string[] {
  const uncounted = cells.filter(({ status }) => status === 'failed' || status === 'cancelled' || status === 'skipped');
  if (uncounted.length === 0) return [];
  return [
    `${countOf(uncounted.length, 'cell')} of ${cells.length} failed, ${uncounted.length === 1 ? 'was' : 'were'} cancelled or skipped. ${uncounted.length === 1 ? 'It is' : 'They are'} in no score, which is not the same as a score of 0; what ${uncounted.length === 1 ? 'it' : 'they'} cost is in the totals.`,
  ];
}

function unevenRemark(groups: readonly GroupReport[]): string[] {
  const short = groups.filter(({ cells, ofCells }) => cells < ofCells);
  if (short.length === 0) return [];
  return [
    `${countOf(short.length, 'row')} of ${groups.length} ${short.length === 1 ? 'stands' : 'stand'} on fewer runs than the sweep has for ${short.length === 1 ? 'it' : 'them'}; each row says on how many.`,
  ];
}

function searchRemark(groups: readonly GroupReport[], comparisons: readonly ValueComparison[]): string[] {
  const untested = groups.filter(({ score, test }) => score !== undefined && test === undefined);
  const remarks =
    untested.length === 0
      ? []
      : [
          'A search score is what a search gives its own best workflow. Being the best of many it is too high on average, and the more so the noisier the method. `scale sweep test` gives test scores, which this report takes up.',
        ];
  if (!comparisons.some(({ basis }) => basis === 'search')) return remarks;
  return [
    ...remarks,
    'Where differences are those of searches, they are of the scores that the runs give themselves, and rest on runs alone: an interval and a test need several seeds.',
  ];
}

/** With n pairs of runs, the smallest p-value is 2 / 2^n. */
function fewPairsRemark(comparisons: readonly ValueComparison[]): string[] {
  const tests = comparisons.filter(({ pValue }) => pValue !== undefined).length;
  const few = comparisons.filter(
    ({ basis, pairs, pValue }) => basis === 'search' && pValue !== undefined && 2 ** (1 - pairs) * tests > comparisonLevel,
  );
  if (few.length === 0) return [];
  const fewest = Math.min(...few.map(({ pairs }) => pairs));
  return [
    `With ${fewest} pairs of runs, the test of their difference cannot give a p-value below ${(2 ** (1 - fewest)).toFixed(3)}, however large the difference is.`,
  ];
}

function missingQueriesRemark(groups: readonly GroupReport[]): string[] {
  const short = groups.filter(({ test }) => test !== undefined && test.queries < test.ofQueries);
  if (short.length === 0) return [];
  return [
    `${countOf(short.length, 'test score')} ${short.length === 1 ? 'stands' : 'stand'} on fewer queries than the split has: executions that the infrastructure failed have no score, and queries are compared only where all seeds have one.`,
  ];
}

function holmRemark(comparisons: readonly ValueComparison[]): string[] {
  const tests = comparisons.filter(({ pValue }) => pValue !== undefined).length;
  if (tests === 0) return [];
  return [
    `Intervals are 95 %, each by itself. p-values are two-sided, of the sign-flip test; "p (Holm)" is adjusted for the ${tests === 1 ? 'one test' : `${tests} tests`} of this report by Holm's method, and a difference is called one only if it is below ${comparisonLevel} and the interval excludes 0.`,
  ];
}
