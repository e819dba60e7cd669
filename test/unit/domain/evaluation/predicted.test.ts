import { expect, test } from 'vitest';
import { predicted } from '../../../../services/domain/evaluation/predicted.ts';
import { evidence } from './made-up-evidence.ts';

const warmUp = [
  { round: 1, scores: [1, 1, 0, 0] },
  { round: 2, scores: [1, 0, 0, 0] },
];
const parent = { method: 'full', score: 0.9, executions: 4 };

test('Eq 6 takes the prediction as it is and executes nothing', () => {
  expect(predicted.next(evidence())).toEqual({ kind: 'predict' });
  expect(predicted.next(evidence({ prediction: 0 }))).toEqual({
    kind: 'score',
    evaluation: { method: 'predicted', score: 0, executions: 0, predicted: 0 },
  });
});

test('without a usable prediction it is the mean of the warm-up, and named so', () => {
  const step = predicted.next(evidence({ prediction: undefined, warmUp, parent }));
  expect(step).toEqual({ kind: 'score', evaluation: { method: 'constant', score: 0.375, executions: 0 } });
});

test("without a warm-up it is the parent's score, and 0 for the first workflow", () => {
  expect(predicted.next(evidence({ prediction: undefined, parent }))).toMatchObject({
    evaluation: { method: 'constant', score: 0.9 },
  });
  expect(predicted.next(evidence({ prediction: undefined }))).toMatchObject({ evaluation: { method: 'constant', score: 0 } });
});
