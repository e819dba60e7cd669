import { expect, test } from 'vitest';
import { type ExecutedRun, matrixOfRuns } from '../../../../services/domain/routing/matrix-of-runs.ts';
import type { KeptOutcome } from '../../../../services/domain/run/outcomes/outcome-columns.ts';
import type { Round, RunState } from '../../../../services/domain/run/state.ts';

const queries = Array.from({ length: 4 }, (_, place) => ({
  id: `q${place}`,
  fields: { question: `text ${place}` },
  reference: '',
}));
const benchmark = { queries, inputs: ['question'] };

function outcome(queryIndex: number, score: number, tokens: number, repeat = 0): KeptOutcome {
  const usage = { promptTokens: tokens, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
  return { queryIndex, repeat, score, tokens: [{ model: 'm', calls: 1, usage, simulated: false }] };
}

function run(
  runId: string,
  rounds: readonly (Partial<Round> & { readonly outcomes: readonly KeptOutcome[] })[],
  more: object = {},
) {
  const state = {
    configuration: { kind: 'search' },
    rounds: rounds.map((round, place) => ({ round: place + 1, workflowHash: `hash-${place}`, ...round })),
    ledger: [],
    ...more,
  };
  return {
    runId,
    state: state as unknown as RunState,
    answer: (round, hash, { queryIndex, repeat }) => `${round}/${hash}/${queryIndex}/${repeat}`,
  } satisfies ExecutedRun;
}

test('only queries that all have executed count, of the workflows that have the most in common', () => {
  const all = [0, 1, 2, 3].map((query) => outcome(query, 1, 10));
  const found = matrixOfRuns(
    [run('r', [{ outcomes: all }, { outcomes: all.slice(1) }, { outcomes: all.slice(0, 1) }, { outcomes: [] }])],
    benchmark,
    { workflows: 5 },
  );
  expect(found.matrix.queries.map(({ id, text }) => [id, text])).toEqual(
    [1, 2, 3].map((place) => [`q${place}`, `text ${place}`]),
  );
  expect(found.matrix.workflows.map(({ name, hash }) => [name, hash])).toEqual([
    ['round 1', 'hash-0'],
    ['round 2', 'hash-1'],
  ]);
  expect(found.of).toEqual({ queries: 4, workflows: 3 });
  expect(found.matrix.workflows[1]?.trials[0]).toEqual([{ score: 1, cost: 10, answer: '2/hash-1/1/0' }]);
});

test('the final pick and an evaluation of the same workflow are more executions of it; failures show, and what says nothing is left out', () => {
  const search = run(
    'r',
    [
      { outcomes: [outcome(0, 1, 10), outcome(1, 0, 20)] },
      {
        outcomes: [
          { ...outcome(0, 0, 5), failure: { kind: 'code', message: '' } },
          { ...outcome(1, 0, 5), failure: { kind: 'unavailable', message: '' } },
        ],
      },
    ],
    { finalOutcomes: [{ round: 2, outcome: outcome(1, 1, 7, 1) }] },
  );
  const evaluation = run('e', [{ outcomes: [outcome(0, 1, 11), outcome(1, 1, 21)] }], { configuration: { kind: 'evaluation' } });
  const { matrix } = matrixOfRuns([search, evaluation], benchmark, { workflows: 5 });
  expect(matrix.workflows.map(({ trials }) => trials.map((some) => some.map(({ score, cost }) => [score, cost])))).toEqual([
    [
      [
        [1, 10],
        [1, 11],
      ],
      [
        [0, 20],
        [1, 21],
      ],
    ],
    [[[0, 5]], [[1, 7]]],
  ]);
  expect(matrix.workflows[1]?.trials[0]?.[0]?.failed).toBe(true);
});

test('at query level the writing of the workflow is part of what an answer costs', () => {
  const plain = run('r', [{ outcomes: [outcome(0, 1, 10)] }, { outcomes: [outcome(0, 0, 4)] }]);
  const [tokens] = outcome(0, 0, 1_000).tokens;
  const single = run('s', [{ outcomes: [outcome(0, 1, 30)], queryProposals: [{ queryIndex: 0, tokens }] as never }], {
    configuration: { kind: 'query-level' },
  });
  const { matrix } = matrixOfRuns([plain, single], benchmark, { workflows: 5 });
  expect(matrix.workflows.map(({ name, isQueryLevel, trials }) => [name, isQueryLevel, trials[0]?.[0]?.cost])).toEqual([
    ['round 1', undefined, 10],
    ['round 2', undefined, 4],
    ['query level', true, 1_030],
  ]);
});

test('money counts where prices are given, and two workflows without a common query are refused', () => {
  const price = { model: 'm', input: 2, cachedInput: 2, output: 2, reasoning: 2, batch: 1 };
  const priced = run('r', [{ outcomes: [outcome(0, 1, 500_000)] }, { outcomes: [outcome(0, 1, 250_000)] }]);
  const { matrix } = matrixOfRuns([priced], benchmark, { workflows: 5, prices: { currency: 'USD', prices: [price] } });
  expect(matrix.workflows.map(({ trials }) => trials[0]?.[0]?.cost)).toEqual([1, 0.5]);
  const apart = run('r', [{ outcomes: [outcome(0, 1, 1)] }, { outcomes: [outcome(1, 1, 1)] }]);
  expect(() => matrixOfRuns([apart], benchmark, { workflows: 5 })).toThrow('no two workflows');
});
