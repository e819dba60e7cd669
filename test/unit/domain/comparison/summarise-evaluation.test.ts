import { expect, test } from 'vitest';
import { summariseEvaluation } from '../../../../services/domain/comparison/summarise-evaluation.ts';
import { noUsage } from '../../../../services/domain/run/ledger/totals.ts';

const record = (queryIndex: number, isolation: string) => ({
  ...{ queryId: `q${queryIndex}`, queryIndex, repeat: 0, score: 1, otherScores: {}, answer: '', answerIsWhole: true },
  ...{ reference: '', calls: 1, usage: noUsage, isolation, simulated: true },
});

test('executions are counted by the isolation of their programs, in the order of its names', () => {
  const records = ['bwrap+seccomp', 'bwrap', 'bwrap+seccomp'].map((isolation, place) => record(place, isolation));
  expect(Object.entries(summariseEvaluation(records).isolation)).toEqual([
    ['bwrap', 1],
    ['bwrap+seccomp', 2],
  ]);
});
