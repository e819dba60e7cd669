import { expect, test } from 'vitest';
import { cellsOf } from '../../../services/dashboard/answers/matrix-answer.ts';
import { columnMean, matrixRows } from '../../../services/dashboard/page/views/matrix-rows.ts';

test("failures count in the means of the matrix as they do in scores: as 0, unless they were the infrastructure's", () => {
  const outcome = (queryIndex: number, score: number) => ({ queryIndex, repeat: 0, score, tokens: [] });
  const cells = cellsOf(
    [
      outcome(0, 1),
      outcome(1, 0),
      { ...outcome(2, 0), failure: { kind: 'cut-off' as const, message: 'too long' } },
      { ...outcome(3, 0), failure: { kind: 'unavailable' as const, message: 'no answer' } },
    ],
    5,
  );
  expect(cells).toEqual([1, 0, 'failed', 'unscored', null]);
  expect(columnMean(cells)).toBeCloseTo(1 / 3);
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const rows = matrixRows({ runId: 'r', revision: '1', queries: { ids, questions: ids }, rows: [{ round: 1, cells }] });
  expect(rows.map(({ mean, failed, executedBy }) => [mean, failed, executedBy])).toEqual([
    [1, 0, 1],
    [0, 0, 1],
    [0, 1, 1],
    [undefined, 1, 1],
    [undefined, 0, 0],
  ]);
});
