import { InvalidArgumentError } from 'commander';
import type { Comparison } from '../../domain/comparison/compare-evaluations.ts';
import { formatScore } from '../../shared/document/format.ts';
import { concludingSentence } from '../../shared/runs/concluding-sentence.ts';
import type { Gate } from './gate.ts';
import type { TestCase } from './junit.ts';

/** Points, that is, hundredths of a score. @throws InvalidArgumentError unless they are in [0, 100] */
export function marginPoints(text: string): number {
  const points = Number(text);
  if (/^\d*\.?\d+$/.test(text) && points <= 100) return points;
  throw new InvalidArgumentError('it must be a number of points from 0 to 100, such as 2.');
}

export interface RequiredOfB {
  readonly failOnRegression: boolean;
  /** B must surely not be worse than A by more than this. */
  readonly margin?: number;
}

export function comparisonGates(comparison: Comparison, { failOnRegression, margin }: RequiredOfB): Gate[] {
  const found = concludingSentence(comparison).replace(/\.$/, '');
  return [
    ...(failOnRegression
      ? [{ requirement: 'B is not worse than A by more than chance', isMet: comparison.verdict !== 'a', found }]
      : []),
    ...(margin === undefined
      ? []
      : [
          {
            requirement: `B is surely not worse than A by more than ${margin} points`,
            isMet: 100 * comparison.difference.low >= -margin - 1e-9,
            found,
          },
        ]),
  ];
}

/** A test case for each query that scores lower in B than in A: a remark, since the gates decide. */
export function changedCases({ changes }: Comparison, group: string): TestCase[] {
  return changes.map(({ queryId, scoreA, scoreB }) => {
    const change = `${formatScore(scoreA)} -> ${formatScore(scoreB)}`;
    return { name: queryId, group, ...(scoreB < scoreA ? { remark: change } : { output: change }) };
  });
}
