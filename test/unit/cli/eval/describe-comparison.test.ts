import { expect, test } from 'vitest';
import { describeComparison } from '../../../../services/cli/eval/describe-comparison.ts';
import { compareEvaluations } from '../../../../services/domain/comparison/compare-evaluations.ts';
import type { Money } from '../../../../services/domain/prices/money-of.ts';
import { randomStream } from '../../../../services/domain/random.ts';
import type { ComparisonSide } from '../../../../services/shared/runs/comparison-side.ts';

const sideOf = (label: string, tokens: number, money?: Money): ComparisonSide => ({
  ...{ label, simulated: false, tokens, remarks: [], ...(money && { money }) },
  executions: [0, 1, 2, 3].map((query) => ({ queryId: `q${query}`, repeat: 0, score: query % 2, answer: '' })) as never,
});

function shown(a: ComparisonSide, b: ComparisonSide): string[] {
  const comparison = compareEvaluations(a.executions, b.executions, randomStream(1, 'test'));
  return describeComparison(comparison, a, b, 0).split('\n');
}

test('what an execution costs stands beside its tokens, and how many times as much the other one does', () => {
  const lines = shown(
    sideOf('one', 4_000, { amount: 0.08, currency: 'USD' }),
    sideOf('other', 2_000, { amount: 0.06, currency: 'USD' }),
  );
  expect(lines[0]).toContain('1.00 k tokens an execution ($0.0200)');
  expect(lines[1]).toContain('500 tokens an execution ($0.0150)');
  expect(lines.find((line) => line.startsWith('  cost'))).toContain(
    'an answer of B takes 0.50 times the tokens of one of A and 0.75 times the money;',
  );
});

test.each([
  ['has no price', undefined],
  ['is in another currency', { amount: 1, currency: 'EUR' }],
  ['lacks the price of a model', { amount: 1, currency: 'USD', unpriced: ['judge'] }],
] as const)('nothing is said of how much dearer one is where the other %s', (_, money) => {
  const lines = shown(sideOf('one', 4_000, { amount: 0.08, currency: 'USD' }), sideOf('other', 2_000, money));
  expect(lines.find((line) => line.startsWith('  cost'))).not.toContain('money');
});

test('a score says on how many queries it is where the sides have executed others', () => {
  const [a, b] = [sideOf('one', 4_000), sideOf('other', 2_000)];
  expect(shown(a, b)[0]).toMatch(/^A {2}one: 0\.5000 \([\d.]+ to [\d.]+\), /);
  expect(shown(a, { ...b, executions: b.executions.slice(1) })[0]).toMatch(
    /^A {2}one: 0\.6667 \([\d.]+ to [\d.]+\) on the 3 queries of both, /,
  );
});
