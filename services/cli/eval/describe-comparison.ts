import type { ChangedQuery, Comparison } from '../../domain/comparison/compare-evaluations.ts';
import { paretoFront } from '../../domain/run/pareto-front.ts';
import type { ScoreInterval } from '../../domain/statistics/score-interval.ts';
import { describeLatency } from '../../shared/document/describe-latency.ts';
import { formatCount, formatScore, formatShare, oneLine } from '../../shared/document/format.ts';
import { shortMoney } from '../../shared/document/format-money.ts';
import type { ComparisonSide } from '../../shared/runs/comparison-side.ts';
import { concludingSentence, formatPoints, formatPValue, formatRange } from '../../shared/runs/concluding-sentence.ts';

/** The comparison as people read it. @param shown how many changed queries of each direction */
export function describeComparison(comparison: Comparison, a: ComparisonSide, b: ComparisonSide, shown: number): string {
  const { queries, difference, better, worse, alike, signTestPValue } = comparison;
  // Otherwise it is another score than that of its report, which nothing would explain.
  const of = comparison.onlyInA + comparison.onlyInB === 0 ? '' : ` on the ${queries} queries of both`;
  return [
    `A  ${describeSide(a, comparison.a, of)}`,
    `B  ${describeSide(b, comparison.b, of)}`,
    '',
    concludingSentence(comparison),
    '',
    `  difference  B - A is ${formatPoints(difference.difference)} points on ${queries} queries (${formatShare(difference.confidence)} interval ${formatRange(difference)})`,
    `  test        ${describeTest(comparison)}`,
    ...costLine(a, b, comparison),
    ...timeLine(a, b),
    `  queries     B scores higher on ${better}, lower on ${worse}, the same on ${alike} (sign test: ${formatPValue(signTestPValue)})`,
    ...[...a.remarks, ...b.remarks, ...unpairedRemarks(comparison), ...simulatedRemarks(a, b)].map(
      (text) => `  note        ${text}`,
    ),
    ...changeLines(comparison, shown),
  ].join('\n');
}

/** @param of which queries, "" for all of them */
function describeSide(
  { label, tokens, money, executions }: ComparisonSide,
  { score, low, high }: ScoreInterval,
  of: string,
): string {
  const each = money && shortMoney({ ...money, amount: money.amount / executions.length });
  const paid = each === undefined ? '' : ` (${each})`;
  const cost = tokens === undefined ? '' : `, ${formatCount(tokens / executions.length)} tokens an execution${paid}`;
  return `${oneLine(label, 80)}: ${formatScore(score)} (${formatScore(low)} to ${formatScore(high)})${of}${cost}`;
}

/** Whether one of them is on the front of score and cost alone. */
function costLine(a: ComparisonSide, b: ComparisonSide, { a: { score: scoreA }, b: { score: scoreB } }: Comparison): string[] {
  if (a.tokens === undefined || b.tokens === undefined || a.tokens === 0) return [];
  const [costA, costB] = [a.tokens / a.executions.length, b.tokens / b.executions.length];
  const [isA = true, isB = true] = paretoFront([
    { score: scoreA, tokens: costA },
    { score: scoreB, tokens: costB },
  ]);
  const front =
    isA && isB ? 'neither beats the other in both score and cost' : `${isA ? 'A' : 'B'} is alone on the front of score and cost`;
  return [
    `  cost        an answer of B takes ${(costB / costA).toFixed(2)} times the tokens of one of A${timesTheMoney(a, b)}; ${front}`,
  ];
}

/** Where both are known as a whole, in one currency. */
function timesTheMoney({ money: a, executions: ofA }: ComparisonSide, { money: b, executions: ofB }: ComparisonSide): string {
  if (a === undefined || b === undefined || a.currency !== b.currency || a.amount === 0) return '';
  if (a.unpriced !== undefined || b.unpriced !== undefined) return '';
  return ` and ${(b.amount / ofB.length / (a.amount / ofA.length)).toFixed(2)} times the money`;
}

/** Under whatever load each of them was executed. */
function timeLine({ latencyMs: a }: ComparisonSide, { latencyMs: b }: ComparisonSide): string[] {
  if (a === undefined || b === undefined) return [];
  return [`  time        an answer of A takes ${describeLatency(a)}; of B ${describeLatency(b)}, waiting for a place included`];
}

function describeTest({ test }: Comparison): string {
  if (test.name === 'mcnemar-exact') return `McNemar, exact: ${formatPValue(test.pValue)}`;
  const ways = test.draws === 'all' ? 'all signs counted' : `${test.draws} draws of signs`;
  return `sign-flip permutation of the queries' differences, ${ways}: ${formatPValue(test.pValue)}`;
}

function unpairedRemarks({ onlyInA, onlyInB }: Comparison): string[] {
  if (onlyInA + onlyInB === 0) return [];
  return [`left out: ${onlyInA} queries that only A has, ${onlyInB} that only B has`];
}

function simulatedRemarks(a: ComparisonSide, b: ComparisonSide): string[] {
  return a.simulated || b.simulated ? ['simulated model: not a result of a real one'] : [];
}

function changeLines({ changes, better, worse }: Comparison, shown: number): string[] {
  const higher = changes.filter(({ scoreA, scoreB }) => scoreB > scoreA);
  const lower = changes.filter(({ scoreA, scoreB }) => scoreB < scoreA);
  const block = (title: string, all: number, some: readonly ChangedQuery[]): string[] =>
    some.length === 0 ? [] : ['', `${title} (${some.length} of ${all}):`, ...some.flatMap(describeChange)];
  return [...block('B scores higher', better, higher.slice(0, shown)), ...block('B scores lower', worse, lower.slice(0, shown))];
}

function describeChange({ queryId, scoreA, scoreB, answersA, answersB, reference }: ChangedQuery): string[] {
  const wanted = reference === undefined ? '' : `, reference ${oneLine(reference, 60)}`;
  return [
    `  ${oneLine(queryId, 40)}: ${formatScore(scoreA)} -> ${formatScore(scoreB)}${wanted}`,
    ...answerLines('A', answersA),
    ...answerLines('B', answersB),
  ];
}

/** Repeats with the same answer are shown once. */
function answerLines(side: 'A' | 'B', answers: readonly string[]): string[] {
  return [...new Set(answers.map(oneAnswer))].map((answer) => `    ${side}  ${answer}`);
}

const excerptLength = 90;

/** Its end: that is where most answers give their result. */
function oneAnswer(answer: string): string {
  const line = oneLine(answer, Number.POSITIVE_INFINITY);
  if (line === '') return '(empty)';
  const characters = [...line];
  return characters.length <= excerptLength ? line : `…${characters.slice(1 - excerptLength).join('')}`;
}
