import { countOf, nounFor } from '../../domain/names/count-of.ts';
import type { Money } from '../../domain/prices/money-of.ts';
import { seedAxis } from '../../domain/sweep-report/seed-axis.ts';
import type {
  GroupReport,
  SweepAxis,
  SweepReport,
  SweepTotal,
  ValueComparison,
} from '../../domain/sweep-report/sweep-report-model.ts';
import { formatValue } from '../../shared/document/figure.ts';
import { formatCount } from '../../shared/document/format.ts';
import { describeMoney, shortMoney } from '../../shared/document/format-money.ts';

/** What a report of a sweep calls its parts. */

/**
 * E.g. "gsm8k, few_shot_ratio 0.05": its value on each axis on which cells differ, in the axes' order; "all" where there is none.
 * A cell that was included beside the matrix may have a value on an axis that the others do not have.
 */
export function nameOfGroup(
  { values }: Pick<GroupReport, 'values'>,
  { sweep, cells }: Pick<SweepReport, 'sweep' | 'cells'>,
): string {
  const isVaried = ({ name, values: all }: SweepAxis) => all.length > 1 || cells.some((cell) => cell.values[name] === undefined);
  const varied = sweep.axes.filter((axis) => axis.name !== seedAxis && isVaried(axis));
  const words = varied.flatMap(({ name }) => (values[name] === undefined ? [] : [nameOfValue(name, values[name])]));
  return words.length === 0 ? 'all' : words.join(', ');
}

/** A value that says nothing by itself, such as 0.05 or true, comes with the last word of its setting. */
export function nameOfValue(axis: string, value: string): string {
  const isBare = value.trim() === '' || !Number.isNaN(Number(value)) || ['true', 'false', 'null'].includes(value);
  return isBare ? `${axis.split('.').at(-1)} ${value}` : value;
}

export function isEnded(status: string): boolean {
  return status !== 'waiting' && status !== 'running' && status !== 'paused';
}

/** The first line: whether this is all that there will be. */
export function titleOf({ sweep, partial, cells }: SweepReport): string {
  if (!partial) return sweep.name;
  const ended = cells.filter(({ status }) => isEnded(status)).length;
  return `${sweep.name}: a partial report, ${ended} of ${cells.length} cells have ended`;
}

/** E.g. "Sweep nightly-1f3c: running; 12 cells, of which 7 are completed, 1 failed, 4 waiting." */
export function describeSweep({ sweep, cells, cellsByStatus }: SweepReport): string {
  const counts = Object.entries(cellsByStatus).map(([status, count]) => `${count} ${status}`);
  const reason = sweep.reason === undefined ? '' : ` (${sweep.reason})`;
  return `Sweep ${sweep.sweepId}: ${sweep.status}${reason}; ${countOf(cells.length, 'cell')}: ${counts.join(', ')}.`;
}

export function describeAxes({ sweep }: SweepReport): string {
  return sweep.axes.map(({ name, values }) => `${name}: ${values.join(', ')}`).join('; ');
}

const foundMany = 6;

/** What the comparisons support, a sentence each; of many, only those that tell two values apart. */
export function findingsOf({ comparisons }: SweepReport): string[] {
  if (comparisons.length <= foundMany) return comparisons.map(describeComparison);
  const decided = comparisons.filter(({ verdict }) => verdict !== 'undecided');
  const told = `${decided.length} of ${comparisons.length} pairs of values can be told apart by their scores.`;
  return [...decided.map(describeComparison), told];
}

function describeComparison(comparison: ValueComparison): string {
  const { axis, a, b, verdict, difference, tokenRatio } = comparison;
  const what = comparison.basis === 'test' ? 'test score' : 'search score';
  const { value, low, high } = difference;
  const interval = low === undefined || high === undefined ? '' : `, ${pointsOf(low)} to ${pointsOf(high)}`;
  const stated = `${pointsOf(value)} points${interval}${probabilityWords(comparison)}`;
  const says = {
    a: `the ${what} of ${b} is below that of ${a}`,
    b: `the ${what} of ${b} is above that of ${a}`,
    undecided: `the ${what}s of ${b} and ${a} cannot be told apart`,
  };
  const tokens = tokenRatio === undefined ? '' : `; ${b} takes ${shareOf(tokenRatio.value)} of the tokens`;
  return `${axis}: ${says[verdict]} (${stated}; ${standing(comparison)})${tokens}.`;
}

function probabilityWords({ adjustedPValue }: ValueComparison): string {
  if (adjustedPValue === undefined) return ', too few runs for a test';
  return `, p (Holm) ${adjustedPValue < 0.001 ? '' : '= '}${formatValue('probability', adjustedPValue)}`;
}

/** What a comparison rests on. */
function standing({ pairs, ofPairs, queries }: ValueComparison): string {
  const runs = `${pairs === ofPairs ? pairs : `${pairs} of ${ofPairs}`} ${nounFor(ofPairs, 'pair')} of runs`;
  return queries === undefined ? runs : `${runs}, ${countOf(queries, 'query')}`;
}

function pointsOf(difference: number): string {
  return formatValue('points', 100 * difference);
}

function shareOf(ratio: number): string {
  return formatValue('share', ratio);
}

/** E.g. "3.2 M charged, 3.3 M paid for; 12.0 k more for tests". */
export function describeTokens({ total }: SweepReport): string {
  const paid = total.spentTokens === undefined ? '' : `, ${formatCount(total.spentTokens)} paid for`;
  const tests = total.testTokens === 0 ? '' : `; ${formatCount(total.testTokens)} more for tests`;
  return `${formatCount(total.tokens)} charged${paid}${tests}`;
}

/** E.g. "$12.40 charged, $12.60 paid for; $0.80 more for tests". */
export function describeCost({ spentMoney, testMoney, cellsWithoutMoney }: SweepTotal, money: Money): string {
  const paid = spentMoney === undefined ? '' : `, ${shortMoney(spentMoney)} paid for`;
  const tests = testMoney === undefined ? '' : `; ${shortMoney(testMoney)} more for tests`;
  const lacks = cellsWithoutMoney === 0 ? '' : `; without ${countOf(cellsWithoutMoney, 'run')} that have no prices`;
  return `${describeMoney(money)} charged${paid}${tests}${lacks}`;
}
