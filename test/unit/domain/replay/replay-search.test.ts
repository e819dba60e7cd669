import { describe, expect, test } from 'vitest';
import type { EvaluationMethod } from '../../../../services/domain/evaluation/evaluation-method.ts';
import { evaluationMethods } from '../../../../services/domain/evaluation/registry.ts';
import { registryOf } from '../../../../services/domain/names/registry.ts';
import type { PreparedSearch } from '../../../../services/domain/replay/prepared-search.ts';
import type { RecordedSearch } from '../../../../services/domain/replay/recorded-search.ts';
import { rememberedRows } from '../../../../services/domain/replay/remembered-rows.ts';
import { prepareSearch, prepareSearches, replaySearch } from '../../../../services/domain/replay/replay-search.ts';
import { planOf, type Strategy } from '../../../../services/domain/replay/strategy.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { RunConfiguration } from '../../../../services/domain/run/configuration.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { planNextStep } from '../../../../services/domain/search/plan-next-step.ts';
import { mean } from '../../../../services/domain/statistics/intervals.ts';
import { eventsOf, madeUpConfiguration, madeUpWorkflow, madeUpWorld, type World } from '../search/made-up-world.ts';
import { madeUpSearch } from './made-up-searches.ts';
import { medianOfParentAndFewShot } from './median-of-parent-and-few-shot.ts';

/** Every proposal is a new workflow, and every prediction parses. */
const world: World = {
  ...madeUpWorld(),
  propose: (_, round, turn) => ({
    modification: `edit ${round}.${turn}`,
    workflow: madeUpWorkflow(`workflow ${round}`),
    workflowHash: `workflow-${round}`,
  }),
  predict: (_, round) => 0.5 + round / 50,
};

const registry = registryOf('evaluation method', [...evaluationMethods.values(), medianOfParentAndFewShot]);

function live(configuration: RunConfiguration): RunState {
  let state = applyEvent(undefined, { kind: 'run-started', configuration });
  for (let commands = planNextStep(state, registry); commands.length > 0; commands = planNextStep(state, registry)) {
    for (const command of commands) for (const event of eventsOf(world, state, command)) state = applyEvent(state, event);
  }
  return state;
}

/** What the live run would have recorded, had it executed everything. */
function recordOf(state: RunState): RecordedSearch {
  const { rounds, configuration } = state;
  const { queryCount } = configuration.benchmark;
  return {
    source: 'live',
    name: 'live',
    queryCount,
    workflows: rounds.map(({ round, parentRound, workflowHash }) => ({
      round,
      parentRound,
      repeats: [Array.from({ length: queryCount }, (_, query) => world.score(workflowHash, query, 0))],
      predicted: world.predict(workflowHash, round, 1, state) as number,
    })),
  };
}

const methodsAndRounds = [...registry.keys()].flatMap((method) => [1, 4].map((parallelism) => ({ method, parallelism })));

test.each(methodsAndRounds)(
  'a replay of $method asks for the same queries and gives the same scores as the live run, P = $parallelism',
  ({ method, parallelism }) => {
    const warmUpRounds = method === 'rasch' ? 1 : 2;
    const evaluation = { method, warmUpRounds, fewShotRatio: 0.1 };
    const configuration = madeUpConfiguration({ seed: 7, queryCount: 40, search: { maxRounds: 9, parallelism }, evaluation });
    const state = live(configuration);
    const strategy: Strategy = { name: method, method, pick: 'argmax', warmUpRounds, fewShotRatio: 0.1, parallelism };
    const replayed = replaySearch(prepareSearch(recordOf(state)), planOf(strategy, configuration.evaluation, registry), 7);
    expect(state.rounds).toHaveLength(9);
    expect(replayed.evaluations).toEqual(state.rounds.map((round) => round.evaluation));
    expect(replayed.executions).toBe(state.rounds.reduce((sum, { outcomes }) => sum + outcomes.length, 0));
  },
);

test('a method of its own file and one line in a registry runs in replay and live', () => {
  const evaluation = { method: medianOfParentAndFewShot.name, warmUpRounds: 1, fewShotRatio: 0.1 };
  const { rounds } = live(madeUpConfiguration({ queryCount: 40, search: { maxRounds: 6 }, evaluation }));
  for (const { evaluation: own, parentRound } of rounds.slice(1)) {
    const parent = rounds[parentRound - 1]?.evaluation?.score as number;
    expect(own?.method).toBe(medianOfParentAndFewShot.name);
    expect(own?.score).toBeCloseTo((parent + (own?.fewShot ?? Number.NaN)) / 2, 12);
  }
});

test('a method that nobody knows is refused in a replay as it is live', () => {
  const strategy = { name: 'x', method: 'oracle', pick: 'argmax', warmUpRounds: 0, fewShotRatio: 0.1 };
  expect(() => planOf(strategy, madeUpConfiguration().evaluation)).toThrow(/no evaluation method "oracle"/);
  expect(() => planOf({ ...strategy, method: 'full', pick: 'lot' }, madeUpConfiguration().evaluation)).toThrow(/"lot"/);
});

const settings = madeUpConfiguration().evaluation;
const search = prepareSearch(madeUpSearch());

test.each(
  [...evaluationMethods.keys()].flatMap((method) => ['argmax', 'top', 'halving', 'race', 'refine'].map((pick) => [method, pick])),
)('%s with %s never spends more than its budget, unless one query for each is more', (method = '', pick = '') => {
  if (method === 'full') return;
  for (const share of [0.1, 0.3]) {
    const strategy: Strategy = { name: '', method, pick, warmUpRounds: 2, fewShotRatio: 0, budget: { share, arrival: 0.4 } };
    for (let seed = 1; seed <= 3; seed += 1) {
      const { executions, picked } = replaySearch(search, planOf(strategy, settings), seed);
      expect(executions).toBeLessThanOrEqual(share * 10 * 40);
      expect(picked).toBeLessThan(10);
    }
  }
});

test('the same seed gives the same replay, and another one another', () => {
  const plan = planOf(
    { name: '', method: 'few-shot', pick: 'halving', warmUpRounds: 0, fewShotRatio: 0, budget: { share: 0.2, arrival: 'rung' } },
    settings,
  );
  expect(replaySearch(search, plan, 3)).toEqual(replaySearch(search, plan, 3));
  expect(replaySearch(search, plan, 3).evaluations).not.toEqual(replaySearch(search, plan, 4).evaluations);
});

test('full validation scores each workflow by the drawn repeat on all queries', () => {
  const plan = planOf(
    { name: '', method: 'full', pick: 'argmax', warmUpRounds: 0, fewShotRatio: 1, budget: { share: 1, arrival: 1 } },
    settings,
  );
  const { evaluations, picked, executions } = replaySearch(search, plan, 1);
  expect(executions).toBe(400);
  for (const [index, { repeats }] of search.workflows.entries()) {
    expect(repeats.map((row) => mean(row))).toContain(evaluations[index]?.score);
  }
  const scores = evaluations.map(({ score }) => score);
  expect(scores[picked ?? -1]).toBe(Math.max(...scores));
});

describe('memory in a replay', () => {
  const model = { name: '', method: 'rasch', pick: 'refine', warmUpRounds: 0, fewShotRatio: 0 };
  const strategy: Strategy = { ...model, budget: { share: 0.2, arrival: 0.25 } };
  const searches = [1, 2, 3].map((seed) => ({ ...madeUpSearch({ seed: 1, workflows: 4 + seed }), name: `search ${seed}` }));
  const onSame = prepareSearches(searches.map((recorded) => ({ ...recorded, sharedQueries: 'same' })));
  const replayOf = (prepared: PreparedSearch, memory?: 'alike' | 'full') =>
    replaySearch(prepared, planOf(memory === undefined ? strategy : { ...strategy, memory }, settings), 5);

  test('is of the searches before, where the queries are known to be the same', () => {
    expect(onSame.map(({ earlier }) => earlier.map(({ name }) => name))).toEqual([[], ['search 1'], ['search 2', 'search 1']]);
    expect(prepareSearches(searches).flatMap(({ earlier }) => earlier)).toEqual([]);
  });

  test.each(['alike', 'full'] as const)(
    '%s: changes what is asked for and costs nothing; the first search has none',
    (memory) => {
      const [first, , third] = onSame as [PreparedSearch, PreparedSearch, PreparedSearch];
      expect(replayOf(first, memory)).toEqual(replayOf(first));
      const remembering = replayOf(third, memory);
      expect(remembering.evaluations).not.toEqual(replayOf(third).evaluations);
      expect(remembering.executions).toBeLessThanOrEqual(0.2 * third.workflows.length * third.queryCount);
      expect(remembering.picked).toBeLessThan(third.workflows.length);
      expect(replayOf(third, memory)).toEqual(remembering);
    },
  );

  test('alike holds what such searches executed, and no more', () => {
    const [, , third] = onSame as [PreparedSearch, PreparedSearch, PreparedSearch];
    const plan = { ...planOf(strategy, settings), memory: 'alike' as const };
    const rows = rememberedRows(third, plan, (earlier, alike) => replaySearch(earlier, alike, 5));
    const executed = third.earlier.map((earlier) => replaySearch(earlier, planOf(strategy, settings), 5).executions);
    const remembered = rows.reduce((sum, { queries }) => sum + queries.length, 0);
    expect(remembered).toBeLessThanOrEqual(executed.reduce((sum, count) => sum + count, 0));
    expect(remembered).toBeGreaterThan(0);
    for (const { queries, scores, runId, round } of rows) {
      const { repeats } = third.earlier.find(({ name }) => name === runId)?.workflows[round - 1] ?? { repeats: [] };
      for (const [index, query] of queries.entries()) expect(repeats.map((one) => one[query])).toContain(scores[index]);
    }
  });
});

test('a method that peeks at what was not drawn would be seen: it only gets its own executions', () => {
  const seen: number[] = [];
  const spy: EvaluationMethod = {
    name: 'spy',
    description: '',
    label: 'spy',
    mark: 'other',
    usesPrediction: false,
    next: ({ outcomes, sampled }) => {
      if (sampled.length === 0) return { kind: 'sample', queryIndexes: [3, 1], strata: [] };
      seen.push(...outcomes.map(({ queryIndex }) => queryIndex));
      return { kind: 'score', evaluation: { method: 'spy', score: 0, executions: outcomes.length } };
    },
  };
  const strategy = { name: '', method: 'spy', pick: 'argmax', warmUpRounds: 0, fewShotRatio: 0.1 };
  const { executions } = replaySearch(search, planOf(strategy, settings, registryOf('evaluation method', [spy])), 1);
  expect(seen).toEqual(Array.from({ length: 10 }, () => [3, 1]).flat());
  expect(executions).toBe(20);
});

test.each([1, 3, 20])(
  'with %i rounds in flight, a workflow is evaluated without those that would not have ended',
  (parallelism) => {
    const seen: number[] = [];
    const watching: EvaluationMethod = {
      ...evaluationMethods.named('few-shot'),
      next: (evidence) => {
        seen[evidence.round - 1] = evidence.earlier.length;
        return evaluationMethods.named('few-shot').next(evidence);
      },
    };
    const search = prepareSearch(madeUpSearch());
    const strategy: Strategy = { name: 'x', method: 'few-shot', pick: 'argmax', warmUpRounds: 0, fewShotRatio: 0.2, parallelism };
    replaySearch(search, { ...planOf(strategy, madeUpConfiguration({}).evaluation), method: watching }, 1);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((before) => Math.min(before, Math.max(1, before + 1 - parallelism))));
  },
);
