import { describe, expect, it } from 'vitest';
import type { EvaluationDocument } from '../../../../services/cli/eval/evaluation-document.ts';
import { comparisonGates, marginPoints } from '../../../../services/cli/gate/comparison-gates.ts';
import { requiredScore, scoreGate } from '../../../../services/cli/gate/evaluation-gates.ts';
import { exitCodeOfGates } from '../../../../services/cli/gate/gate.ts';
import { compareEvaluations } from '../../../../services/domain/comparison/compare-evaluations.ts';
import { randomStream } from '../../../../services/domain/random.ts';

const evaluated = (score: number, queries = 20, queryCount = queries) =>
  ({ score: { score, low: score - 0.1, high: score + 0.1 }, queries, queryCount }) as EvaluationDocument;

describe('eval --require', () => {
  it('is met from the score on, also by the last bit of a mean', () => {
    expect(scoreGate(0.85, evaluated(0.85)).isMet).toBe(true);
    expect(scoreGate(0.3, evaluated(0.1 + 0.2 - 1e-12)).isMet).toBe(true);
    expect(scoreGate(0.85, evaluated(0.8499)).isMet).toBe(false);
  });

  it('is not met by a score that some queries have no part in', () => {
    const gate = scoreGate(0.5, evaluated(1, 19, 20));
    expect(gate).toMatchObject({ isMet: false, found: expect.stringContaining('only 19 of 20 queries were executed') });
  });

  it('takes scores alone', () => {
    expect(['0', '1', '.85', '0.85'].map(requiredScore)).toEqual([0, 1, 0.85, 0.85]);
    for (const text of ['85', '-0.1', '85%', '', 'NaN', '1e-1', '0x1']) expect(() => requiredScore(text)).toThrow('0.85');
  });
});

describe('compare --fail-on-regression and --margin', () => {
  const executions = (right: number) =>
    Array.from({ length: 40 }, (_, index) => ({ queryId: `q${index}`, repeat: 0, score: index < right ? 1 : 0 }));
  const compared = (a: number, b: number) => compareEvaluations(executions(a), executions(b), randomStream(1, 'compare'));
  const met = (a: number, b: number, margin?: number) =>
    comparisonGates(compared(a, b), { failOnRegression: true, ...(margin !== undefined && { margin }) }).map(
      ({ isMet }) => isMet,
    );

  it('a difference within chance is no regression, and one beyond it is', () => {
    expect(met(30, 28)).toEqual([true]);
    expect(met(30, 10)).toEqual([false]);
    expect(met(10, 30)).toEqual([true]);
  });

  it('a margin must be shown, not only not refuted', () => {
    expect(met(30, 28, 2)).toEqual([true, false]);
    expect(met(30, 28, 30)).toEqual([true, true]);
    expect(met(10, 30, 0)).toEqual([true, true]);
  });

  it('takes points alone', () => {
    expect(['0', '2.5', '100'].map(marginPoints)).toEqual([0, 2.5, 100]);
    for (const text of ['-1', '101', '2%', '']) expect(() => marginPoints(text)).toThrow('points');
  });
});

describe('the exit status', () => {
  const gate = (isMet: boolean) => ({ requirement: 'r', isMet, found: 'f' });
  it('is 6 where a command ended well and something required does not hold', () => {
    expect(exitCodeOfGates(0, [])).toBe(0);
    expect(exitCodeOfGates(0, [gate(true), gate(false)])).toBe(6);
    expect(exitCodeOfGates(4, [gate(false)]), 'there is no result').toBe(4);
  });
});
