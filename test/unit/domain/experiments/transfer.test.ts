import { expect, test } from 'vitest';
import { fewShotError, type StrataSettings, strataShares } from '../../../../services/domain/experiments/strata-transfer.ts';
import {
  describeTransfers,
  initialWorkflow,
  transfersOf,
  transferTable,
} from '../../../../services/domain/experiments/transfer-tables.ts';
import type { RecordedSearch } from '../../../../services/domain/replay/recorded-search.ts';

const trials = [
  { target: 'sums', source: 'sums', seed: 1, scores: [1, 1, 1, 0] },
  { target: 'sums', source: 'words', seed: 1, scores: [1, 0, 0, 0] },
  { target: 'sums', source: 'words', seed: 2, scores: [0, 0, 0, 0] },
  { target: 'sums', source: initialWorkflow, seed: 1, scores: [1, 1, 1, 0] },
];

test('a workflow from elsewhere is compared with the own best of the same seed', () => {
  const transfers = transfersOf(trials);
  const { rows } = transferTable('sums', transfers);
  expect(rows.map(({ name }) => name)).toEqual(['its own best', 'best of words', 'its initial workflow']);
  // Seed 2 has no own best: the difference is that of seed 1, the score that of both.
  expect(rows[1]?.cells.map((cell) => cell?.value)).toEqual([12.5, -50, 0.5]);
  expect(rows[0]?.cells[1]).toBeUndefined();
  expect(describeTransfers(transfers)).toEqual([
    expect.stringMatching(/^On sums, the best workflow of words cannot be distinguished from the one found there/),
  ]);
});

const settings: StrataSettings = { warmUpRounds: 1, ratio: 0.2, bins: 2, gamma: 100, draws: 20, seed: 1 };

/** Its first workflow solves `easy` of ten queries; its second all of those and one more. */
function searchWith(easy: number): RecordedSearch {
  const row = (solved: number): number[] => Array.from({ length: 10 }, (_, query) => Number(query < solved));
  const workflows = [easy, easy + 1].map((solved, index) => ({ round: index + 1, parentRound: index, repeats: [row(solved)] }));
  return { source: 'sums', name: 'sums', queryCount: 10, workflows };
}

test('strata are the shares of hard and easy queries by the warm-up', () => {
  expect(strataShares(searchWith(7), settings)).toEqual([0.3, 0.7]);
});

test("with a large gamma all is drawn from the largest bin, one's own or another's", () => {
  const search = searchWith(7);
  // From the easy bin S_few is 1, and the truth .8.
  expect(fewShotError(search, [0.3, 0.7], settings)).toBeCloseTo(0.2, 12);
  // From the hard bin two of three queries are drawn, of which at most one is solved: S_few is 0 or .5, the truth is .8.
  expect(fewShotError(search, [0.9, 0.1], settings)).toBeGreaterThan(0.29);
});

test('a bin that the other benchmark does not have is drawn from when nothing else is left', () => {
  const all = { ...settings, ratio: 1 };
  expect(fewShotError(searchWith(7), [1, 0], all)).toBeCloseTo(0, 12);
});
