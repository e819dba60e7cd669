import { expect, test } from 'vitest';
import { describeNeed, knownNeeds, lackingFor, needsOf } from '../../../../services/shared/contracts/run-needs.ts';
import { madeUpBenchmark } from '../../domain/report/made-up-benchmark.ts';

const benchmark = {
  ...madeUpBenchmark(1),
  operators: ['custom', 'review'],
  otherScorers: ['mine', 'mine too'],
  ownScorers: { mine: { kind: 'contains', options: {} }, 'mine too': { kind: 'contains', options: {} } },
};

test('a run needs the operators, scorers and kinds of scorers of its benchmark, and this version has all of its own', () => {
  const needs = needsOf(benchmark);
  expect(needs).toEqual([
    'any/jobs/1',
    'execute/kind-of-scorer/contains',
    'execute/operator/custom',
    'execute/operator/review',
    'execute/scorer/gsm8k-strict',
    'execute/workflow-language/1',
  ]);
  expect(lackingFor({ needs: { names: needs } }, knownNeeds())).toEqual([]);
  expect(lackingFor({ needs: undefined }, new Set())).toEqual([]);
});

test('who executes must know everything, who predicts only how jobs are written', () => {
  const run = { needs: { names: ['any/jobs/2', 'execute/operator/ponder'] } };
  expect(lackingFor(run, knownNeeds(), ['execute'])).toEqual(['any/jobs/2', 'execute/operator/ponder']);
  expect(lackingFor(run, knownNeeds(), ['predict', 'propose'])).toEqual(['any/jobs/2']);
});

test('a need reads like a thing', () => {
  expect(['execute/operator/ponder', 'execute/kind-of-scorer/judge', 'any/jobs/2'].map(describeNeed)).toEqual([
    'the operator ponder',
    'the kind of scorer judge',
    'the jobs 2',
  ]);
});
