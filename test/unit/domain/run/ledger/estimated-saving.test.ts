import { expect, test } from 'vitest';
import { estimateSaving } from '../../../../../services/domain/run/ledger/estimated-saving.ts';
import { totalUse } from '../../../../../services/domain/run/ledger/totals.ts';
import type { RunState } from '../../../../../services/domain/run/state.ts';
import {
  continueRun,
  madeUpConfiguration,
  madeUpWorkflow,
  madeUpWorld,
  type Overrides,
  type World,
} from '../../search/made-up-world.ts';

const world: World = {
  ...madeUpWorld(),
  propose: (_state, round) => ({
    modification: `${round}`,
    workflow: madeUpWorkflow(`${round}`),
    workflowHash: `workflow-${round}`,
  }),
  predict: () => 0.5,
};

function finished(evaluation: Overrides['evaluation'], until?: (state: RunState) => boolean): RunState {
  // Seven queries, so that a query's 100-106 tokens are 103 on average.
  const overrides = { queryCount: 7, search: { maxRounds: 4 }, evaluation: { warmUpRounds: 1, ...evaluation } };
  return continueRun(world, madeUpConfiguration(overrides), [], until).state;
}

test('full evaluation saves nothing against itself', () => {
  const state = finished({ method: 'full' });
  expect(estimateSaving(state)).toEqual({ spent: 4 * 721 + 3 * 500, fullEvaluation: 4 * 721 + 3 * 500, saved: 0, share: 0 });
  expect(estimateSaving(state).spent).toBe(totalUse(state.ledger).tokens);
});

test('a few-shot round is extrapolated from the queries it executed itself', () => {
  const state = finished({ method: 'few-shot', fewShotRatio: 0.15 });
  const executed = state.rounds.slice(1).map(({ outcomes }) => outcomes.map(({ queryIndex }) => 100 + queryIndex));
  expect(executed.map(({ length }) => length)).toEqual([1, 1, 1]);
  const extrapolated = executed.flat().reduce((sum, tokens) => sum + 7 * tokens, 0);
  const { fullEvaluation, spent, saved, share } = estimateSaving(state);
  expect(fullEvaluation).toBe(721 + 3 * 500 + extrapolated);
  expect(spent).toBe(totalUse(state.ledger).tokens);
  expect(saved).toBe(fullEvaluation - spent);
  expect(share).toBeCloseTo(saved / fullEvaluation, 12);
});

test('a round that executed nothing takes the mean of the run', () => {
  expect(estimateSaving(finished({ method: 'predicted' }))).toMatchObject({
    fullEvaluation: 4 * 721 + 3 * 500,
    saved: 3 * 721 - 4 * 900,
  });
});

test('the open round is left out on both sides', () => {
  const open = finished(
    { method: 'full' },
    ({ rounds }) => (rounds[1]?.outcomes.length ?? 0) > 0 && rounds[1]?.completed === false,
  );
  expect(totalUse(open.ledger).tokens).toBeGreaterThan(721);
  expect(estimateSaving(open)).toEqual({ spent: 721, fullEvaluation: 721, saved: 0, share: 0 });
});

test('repeats of a full evaluation are part of what it costs', () => {
  const state = finished({ method: 'full', repeats: 3 });
  expect(estimateSaving(state)).toMatchObject({ fullEvaluation: 3 * 4 * 721 + 3 * 500, saved: 0 });
});
