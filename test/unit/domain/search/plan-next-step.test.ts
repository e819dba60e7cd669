import { describe, expect, test } from 'vitest';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { Command } from '../../../../services/domain/run/command.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { planNextStep } from '../../../../services/domain/search/plan-next-step.ts';
import { continueRun, madeUpConfiguration, madeUpWorkflow, madeUpWorld, type Overrides, type World } from './made-up-world.ts';

const small = { queryCount: 20, search: { maxRounds: 5 }, evaluation: { warmUpRounds: 1, fewShotRatio: 0.1 } } as const;
/** Every proposal is new and valid, every prediction usable. */
const calmWorld: World = {
  ...madeUpWorld(),
  propose: (_state, round, turn) => {
    const workflowHash = `workflow-${round}-${turn}`;
    return { modification: `edit ${round}`, workflow: madeUpWorkflow(workflowHash), workflowHash };
  },
  predict: () => 0.7,
};
const hopeless: World['propose'] = () => ({ failure: { kind: 'unparsable-reply', message: 'no <workflow> in it' } });

function commandsWhere(overrides: Overrides, until: (state: RunState) => boolean, world = calmWorld): readonly Command[] {
  return planNextStep(continueRun(world, madeUpConfiguration(overrides), [], until).state);
}

function kindsOf(log: readonly RunEvent[], round: number): string[] {
  return log.flatMap((event) => ('round' in event && event.round === round ? [event.kind] : []));
}

test('round 1 is the initial workflow, evaluated in full', () => {
  const { log, state } = continueRun(calmWorld, madeUpConfiguration(small));
  expect(kindsOf(log, 1)).toEqual([
    'round-started',
    'workflow-proposed',
    'sample-drawn',
    ...Array.from({ length: 3 }, () => 'executions-completed'),
    'prediction-completed',
    'round-completed',
  ]);
  expect(state.rounds[0]).toMatchObject({ parentRound: 0, workflow: state.configuration.initialWorkflow });
  expect(state.rounds[0]?.proposals[0]).toMatchObject({ turn: 0, modification: '' });
  expect(state.rounds[0]?.evaluation).toMatchObject({ method: 'full', executions: 20, predicted: 0.7 });
});

test.each(['scale', 'few-shot', 'full', 'predicted'])('%s asks for what it needs at once, executions first', (method) => {
  const overrides = { ...small, evaluation: { ...small.evaluation, method } };
  const commands = commandsWhere(overrides, ({ rounds }) => rounds[0]?.samples.length === 1);
  const predicts = method === 'scale' || method === 'predicted';
  expect(commands.map(({ kind }) => kind)).toEqual(predicts ? ['execute', 'predict'] : ['execute']);
  const surrogate = commandsWhere(
    overrides,
    ({ rounds }) => rounds[1]?.workflow !== undefined && (method === 'predicted' || rounds[1].samples.length === 1),
  );
  const kinds = { scale: ['execute', 'predict'], 'few-shot': ['execute'], full: ['execute'], predicted: ['predict'] }[method];
  expect(surrogate.map(({ kind }) => kind)).toEqual(kinds);
});

test('what has an outcome is not asked for again', () => {
  const { log } = continueRun(calmWorld, madeUpConfiguration(small));
  const first = log.findIndex(({ kind }) => kind === 'executions-completed');
  const state = log.slice(0, first + 1).reduce<RunState | undefined>(applyEvent, undefined) as RunState;
  const [execute] = planNextStep(state);
  expect(execute).toMatchObject({ kind: 'execute', round: 1, workflowHash: state.rounds[0]?.workflowHash });
  expect(execute?.kind === 'execute' && execute.executions.map(({ queryIndex }) => queryIndex)).toEqual(
    Array.from({ length: 12 }, (_, index) => index + 8),
  );
});

test('nothing is planned for a paused or an ended run', () => {
  const { state, log } = continueRun(calmWorld, madeUpConfiguration(small));
  expect(planNextStep(state)).toEqual([]);
  const half = log.slice(0, 9).reduce<RunState | undefined>(applyEvent, undefined) as RunState;
  expect(planNextStep(half)).not.toEqual([]);
  expect(planNextStep(applyEvent(half, { kind: 'run-paused' }))).toEqual([]);
  expect(planNextStep(applyEvent(half, { kind: 'run-cancelled', reason: 'enough' }))).toEqual([]);
});

describe('proposals', () => {
  test('a refused one is asked for again, and the next one is taken', () => {
    const world: World = {
      ...calmWorld,
      propose: (state, round, turn) => (turn === 1 ? hopeless : calmWorld.propose)(state, round, turn),
    };
    const { state, log } = continueRun(world, madeUpConfiguration(small));
    expect(kindsOf(log, 2).slice(0, 3)).toEqual(['round-started', 'workflow-proposed', 'workflow-proposed']);
    expect(state.rounds[1]?.proposals.map(({ turn }) => turn)).toEqual([1, 2]);
    expect(state.rounds[1]?.evaluation).toBeDefined();
  });

  test('when all are refused the round fails with the last reason, counts as a round, and the search goes on', () => {
    const { state } = continueRun({ ...calmWorld, propose: hopeless }, madeUpConfiguration(small));
    expect(state.status).toBe('completed');
    expect(state.rounds).toHaveLength(5);
    expect(state.bestRound).toBe(1);
    for (const round of state.rounds.slice(1)) {
      expect(round.proposals).toHaveLength(3);
      expect(round.parentRound).toBe(1);
      expect(round.failure).toEqual({
        kind: 'unparsable-reply',
        message: 'no usable workflow in 3 attempts; the last: no <workflow> in it',
      });
    }
  });
});

test('each round draws its parent anew', () => {
  const overrides = { queryCount: 5, search: { maxRounds: 20, lambda: 1 } };
  const { state } = continueRun(calmWorld, madeUpConfiguration(overrides));
  const places = state.rounds
    .slice(4)
    .map(({ parentRound, candidates }) => candidates.findIndex(({ round }) => round === parentRound));
  expect(new Set(places).size).toBe(4);
});

describe('the warm-up', () => {
  test('lasts until M workflows were executed in full: a round without a workflow does not count', () => {
    const world: World = {
      ...calmWorld,
      propose: (state, round, turn) => (round === 2 ? hopeless : calmWorld.propose)(state, round, turn),
    };
    const overrides = { ...small, evaluation: { ...small.evaluation, warmUpRounds: 2 } };
    const { state } = continueRun(world, madeUpConfiguration(overrides));
    expect(state.rounds.map(({ evaluation }) => evaluation?.method)).toEqual(['full', undefined, 'full', 'scale', 'scale']);
  });

  test('counts a workflow that failed on every query', () => {
    const overrides = { ...small, evaluation: { ...small.evaluation, warmUpRounds: 2 } };
    const { state } = continueRun({ ...calmWorld, score: () => 0 }, madeUpConfiguration(overrides));
    expect(state.rounds.map(({ evaluation }) => evaluation?.method).slice(0, 3)).toEqual(['full', 'full', 'scale']);
  });

  test('may be left out: then the first workflow is sampled from one bin of everything', () => {
    const overrides = { ...small, evaluation: { ...small.evaluation, warmUpRounds: 0 } };
    const { state } = continueRun(calmWorld, madeUpConfiguration(overrides));
    expect(state.rounds[0]?.samples[0]?.strata).toEqual([{ low: 0, high: 1, queries: 20, probability: 1, drawn: 2 }]);
    expect(state.rounds[0]?.evaluation?.method).toBe('scale');
    expect(state.rounds[0]?.evaluation?.executions).toBe(2);
  });
});

describe('Dfew', () => {
  const draws = (draw: 'once' | 'each-round') => {
    const overrides = { queryCount: 200, search: { maxRounds: 6 }, evaluation: { warmUpRounds: 1, draw } };
    const { state } = continueRun(calmWorld, madeUpConfiguration(overrides));
    return state.rounds.slice(1).map(({ samples }) => samples[0]?.queryIndexes);
  };

  test('is one for the run when drawn once', () => {
    expect(new Set(draws('once').map(String)).size).toBe(1);
  });

  test('is a new one in each round when drawn each round', () => {
    expect(new Set(draws('each-round').map(String)).size).toBe(5);
  });
});

describe('without a usable prediction', () => {
  const unpredictable: World = { ...calmWorld, predict: () => undefined };
  const evaluationsBy = (method: string) => {
    const overrides = { ...small, evaluation: { ...small.evaluation, method, warmUpRounds: 2 } };
    return continueRun(unpredictable, madeUpConfiguration(overrides)).state.rounds;
  };

  test('it is asked for as often as the settings allow, and the warm-up score stands alone', () => {
    const [first] = evaluationsBy('scale');
    expect(first?.predictions.map(({ turn }) => turn)).toEqual([1, 2]);
    expect(first?.evaluation).not.toHaveProperty('predicted');
  });

  test('scale falls back to the few-shot score and says so', () => {
    const { evaluation } = evaluationsBy('scale')[3] ?? {};
    expect(evaluation).toMatchObject({ method: 'few-shot', alpha: 1, executions: 2 });
    expect(evaluation?.score).toBe(evaluation?.fewShot);
  });

  test('predicted falls back to the mean of the warm-up and says so', () => {
    const rounds = evaluationsBy('predicted');
    const warmUpMean = ((rounds[0]?.evaluation?.score ?? 0) + (rounds[1]?.evaluation?.score ?? 0)) / 2;
    expect(rounds[3]?.evaluation).toEqual({ method: 'constant', score: expect.closeTo(warmUpMean), executions: 0 });
  });
});

test('an unknown evaluation method is named, with those that there are', () => {
  const configuration = madeUpConfiguration({ evaluation: { method: 'oracle' } });
  expect(() => continueRun(calmWorld, configuration)).toThrow(
    /no evaluation method "oracle"; there are full, predicted, few-shot, /,
  );
});
