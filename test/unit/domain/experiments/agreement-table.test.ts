import { expect, test } from 'vitest';
import { agreementRows, agreementTables, describeAgreement } from '../../../../services/domain/experiments/agreement-table.ts';
import type { RecordedSearch } from '../../../../services/domain/replay/recorded-search.ts';
import { searchOfRun } from '../../../../services/domain/replay/search-of-run.ts';
import { scoreStrategies } from '../../../../services/domain/replay/strategy.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../search/made-up-world.ts';

const after = 2;
const configuration = madeUpConfiguration({
  queryCount: 20,
  search: { maxRounds: 9 },
  evaluation: { method: 'full', warmUpRounds: after, forecasts: true },
});
const { state } = continueRun(madeUpWorld(), configuration);

test('a run with forecasts executes every workflow in full and has a prediction of each that gave one', () => {
  const scored = state.rounds.filter(({ evaluation }) => evaluation !== undefined);
  expect(scored.length).toBeGreaterThan(4);
  for (const { evaluation, outcomes, predictions } of scored) {
    expect(evaluation?.method).toBe('full');
    expect(outcomes).toHaveLength(20);
    expect(predictions.length).toBeGreaterThan(0);
    expect(evaluation?.predicted).toBe(predictions.at(-1)?.score);
  }
  const { workflows } = searchOfRun(state);
  expect(workflows.map(({ predicted }) => predicted)).toEqual(scored.map(({ evaluation }) => evaluation?.predicted));
});

/** Ten workflows whose scores are known; the optimizer predicts them exactly, and is as confident as they are wrong. */
const search: RecordedSearch = {
  source: 'sums',
  name: 'sums',
  queryCount: 20,
  workflows: Array.from({ length: 10 }, (_, index) => {
    const solved = 10 + index;
    const scores = Array.from({ length: 20 }, (_, query) => Number(query < solved));
    return { round: index + 1, parentRound: 1, repeats: [scores], predicted: solved / 20, confidence: 1 - solved / 20 };
  }),
};

test("each method is measured on its own estimates, beside the paper's figures", () => {
  const rows = agreementRows([search], {
    strategies: scoreStrategies(['predicted', 'confidence', 'constant'], after, 0.1),
    settings: configuration.evaluation,
    draws: 3,
    after,
  });
  const [all] = agreementTables(rows);
  const cells = Object.fromEntries(
    (all?.rows ?? []).map(({ name, source, cells: row }) => [`${source} ${name}`, row.map((cell) => cell?.value)]),
  );
  expect(cells['ours predicted']).toEqual([
    expect.closeTo(1, 9),
    expect.closeTo(1, 9),
    expect.closeTo(1, 9),
    expect.closeTo(0, 9),
  ]);
  expect(cells['ours confidence']?.[0]).toBeCloseTo(-1, 9);
  expect(cells['ours constant']?.slice(0, 3)).toEqual([undefined, undefined, undefined]);
  expect(cells['paper scale']).toEqual([0.5217, undefined, 0.5545, 0.1634]);
  const findings = describeAgreement(rows, 'constant');
  expect(findings[0]).toMatch(/^predicted: MAE 0\.000, below the 0\.\d+ of a constant; Pearson 1\.00, above 0\.$/);
  expect(findings[1]).toMatch(/^confidence: MAE 0\.\d+, above the .* Pearson −1\.00, below 0\.$/);
});
