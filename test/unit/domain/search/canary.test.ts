import { describe, expect, test } from 'vitest';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import { totalUse } from '../../../../services/domain/run/ledger/totals.ts';
import type { Round, RunState } from '../../../../services/domain/run/state.ts';
import { canaryQuery } from '../../../../services/domain/search/canary.ts';
import {
  brokenFailure,
  continueRun,
  madeUpConfiguration,
  madeUpWorkflow,
  madeUpWorld,
  type Overrides,
  replay,
  type World,
} from './made-up-world.ts';

const small = {
  queryCount: 20,
  search: { maxRounds: 4, canary: true },
  evaluation: { warmUpRounds: 1, fewShotRatio: 0.1 },
} satisfies Overrides;
/** Every proposal is new and valid; the first one of round 2 fails wherever it runs. */
const world: World = {
  ...madeUpWorld(),
  propose: (_state, round, turn) => {
    const workflowHash = `workflow-${round}-${turn}`;
    return { modification: `edit ${round}.${turn}`, workflow: madeUpWorkflow(workflowHash), workflowHash };
  },
  predict: () => 0.7,
  breaks: (workflowHash) => workflowHash === 'workflow-2-1',
};
const brokenWithout = (canary: boolean) => {
  const search = { ...small.search, canary };
  return continueRun(world, madeUpConfiguration({ ...small, search }));
};

function eventsOf(log: readonly RunEvent[], round: number): readonly RunEvent[] {
  return log.filter((event) => 'round' in event && event.round === round);
}

test('a broken candidate costs one query: the optimizer mends it, and the new one goes through the same checks', () => {
  const { log, state } = brokenWithout(true);
  const kinds = eventsOf(log, 2).map(({ kind }) => kind);
  expect(kinds.slice(0, 5)).toEqual([
    'round-started',
    'workflow-proposed',
    'canary-completed',
    'workflow-proposed',
    'canary-completed',
  ]);
  const round = state.rounds[1] as Round;
  expect(round.proposals.map(({ turn, failure }) => [turn, failure?.kind])).toEqual([
    [1, brokenFailure.kind],
    [2, undefined],
  ]);
  expect(round).toMatchObject({
    workflowHash: 'workflow-2-2',
    modification: 'edit 2.2',
    canary: { queryIndex: expect.any(Number) },
  });
  expect(round.evaluation).toBeDefined();
  const brokenExecutions = eventsOf(log, 2).filter((event) => event.kind === 'canary-completed' && event.outcome.failure);
  expect(brokenExecutions).toHaveLength(1);
  // Without it, the broken one is predicted for and executed like any other.
  expect(brokenWithout(false).state.rounds[1]?.outcomes).toHaveLength(2);
});

test('what the optimizer reads on its repair turn names the failure and where it was', () => {
  const { log, state } = brokenWithout(true);
  const failure = state.rounds[1]?.proposals[0]?.failure;
  expect(failure).toMatchObject({ kind: 'operator-input', step: 'solve', message: expect.stringContaining('input is a list') });
  expect(failure?.message).toMatch(/^the workflow is valid, but failed on the first query/);
  expect(replay(log)).toEqual(state);
});

test('that the scorer failed says nothing against a workflow', () => {
  const failure = { kind: 'scorer', message: 'the judge gave no verdict' } as const;
  const { log, state } = brokenWithout(true);
  const changed = log.map((event) =>
    event.kind === 'canary-completed' && event.outcome.failure !== undefined
      ? { ...event, outcome: { ...event.outcome, failure } }
      : event,
  );
  const at = changed.findIndex((event) => event.kind === 'canary-completed' && event.outcome.failure === failure);
  const round = replay(changed.slice(0, at + 1)).rounds.at(-1);
  expect(round?.canary?.failure).toEqual(failure);
  expect(round?.workflowHash).toBe('workflow-2-1');
  expect(state.rounds[1]?.workflowHash).toBe('workflow-2-2');
});

test('a wrong answer is no failure', () => {
  const { state, log } = continueRun({ ...world, breaks: () => false, score: () => 0 }, madeUpConfiguration(small));
  expect(log.filter(({ kind }) => kind === 'canary-completed')).toHaveLength(3);
  for (const { proposals } of state.rounds.slice(1)) expect(proposals).toHaveLength(1);
});

test('a round is over when the mended workflow fails too', () => {
  const { state, log } = continueRun({ ...world, breaks: (hash) => hash.startsWith('workflow-2-') }, madeUpConfiguration(small));
  expect(eventsOf(log, 2).map(({ kind }) => kind)).toEqual([
    'round-started',
    'workflow-proposed',
    'canary-completed',
    'workflow-proposed',
    'canary-completed',
    'round-completed',
  ]);
  expect(state.rounds[1]).toMatchObject({ completed: true, workflowHash: '', failure: { kind: 'operator-input' } });
  expect(state.rounds[1]).not.toHaveProperty('workflow');
  expect(state.rounds[2]?.evaluation).toBeDefined();
});

test('a workflow that breaks on the last turn still gets one to mend it', () => {
  const search = { ...small.search, proposalAttempts: 1 };
  const { state } = continueRun(world, madeUpConfiguration({ ...small, search }));
  expect(state.rounds[1]?.proposals.map(({ turn }) => turn)).toEqual([1, 2]);
  expect(state.rounds[1]?.evaluation).toBeDefined();
});

test('the initial workflow has no canary: nobody could mend it', () => {
  const { log } = brokenWithout(true);
  expect(eventsOf(log, 1).map(({ kind }) => kind)).not.toContain('canary-completed');
});

describe('what the canary executed', () => {
  const inFull = (repeats: number) =>
    continueRun({ ...world, breaks: () => false }, madeUpConfiguration({ ...small, evaluation: { method: 'full', repeats } }));

  test.each([1, 2])('counts as the first repeat of its query in a full evaluation with %i repeats', (repeats) => {
    const { state, log } = inFull(repeats);
    for (const round of state.rounds.slice(1)) {
      expect(round.evaluation).toMatchObject({ method: 'full', executions: 20 * repeats });
      expect(round.outcomes).toHaveLength(20 * repeats);
      expect({ answer: round.canary?.answer, ...round.outcomes.at(0) }).toEqual(round.canary);
      expect(new Set(round.outcomes.map(({ queryIndex, repeat }) => `${queryIndex}/${repeat}`)).size).toBe(20 * repeats);
    }
    const again = log.filter((event) => event.kind === 'executions-completed' && event.round === 2);
    const executed = again.flatMap((event) => (event.kind === 'executions-completed' ? event.outcomes : []));
    expect(executed).toHaveLength(20 * repeats - 1);
  });

  test('is in the ledger once', () => {
    const { state } = inFull(1);
    const spent = totalUse(state.ledger.filter(({ phase, round }) => round === 2 && phase !== 'propose'));
    const used = totalUse((state.rounds[1] as Round).outcomes.flatMap(({ tokens }) => tokens));
    expect(spent.tokens).toBe(used.tokens);
    expect(state.ledger.filter(({ phase, round }) => phase === 'canary' && round === 2)).toHaveLength(1);
  });

  test('is left out of the score when the sample does not hold its query', () => {
    const { state } = continueRun({ ...world, breaks: () => false }, madeUpConfiguration({ ...small, seed: 3 }));
    for (const { samples, outcomes } of state.rounds) {
      expect(outcomes.map(({ queryIndex }) => queryIndex).sort()).toEqual(
        samples.flatMap(({ queryIndexes }) => [...queryIndexes]).sort(),
      );
    }
  });
});

describe('the canary query', () => {
  const until = (completed: number) => (state: RunState) => state.rounds.filter((round) => round.completed).length === completed;
  const stateAfter = (completed: number, overrides: Overrides = small) =>
    continueRun({ ...world, breaks: () => false }, madeUpConfiguration(overrides), [], until(completed)).state;

  test('is one that the fully executed rounds solved best', () => {
    const state = stateAfter(1);
    const query = canaryQuery(state);
    const outcomes = state.rounds[0]?.outcomes ?? [];
    expect(outcomes.find(({ queryIndex }) => queryIndex === query)?.score).toBe(1);
    expect(outcomes.some(({ score }) => score === 0)).toBe(true);
  });

  test('is drawn by the seed among equals', () => {
    const picked = Array.from({ length: 12 }, (_, seed) => canaryQuery(stateAfter(1, { ...small, seed })));
    expect(new Set(picked).size).toBeGreaterThan(3);
    expect(canaryQuery(stateAfter(1))).toBe(canaryQuery(stateAfter(1)));
  });

  test('is by preference one that the sample holds: then it costs nothing', () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const overrides = { ...small, seed, evaluation: { ...small.evaluation, fewShotRatio: 0.5 } };
      const state = stateAfter(2, overrides);
      const solved = state.rounds[0]?.outcomes.filter(({ score }) => score === 1).map(({ queryIndex }) => queryIndex);
      const sample = state.rounds[1]?.samples.flatMap(({ queryIndexes }) => queryIndexes) ?? [];
      if (sample.some((query) => solved?.includes(query))) expect(sample).toContain(canaryQuery(state));
    }
  });

  test('is drawn from all while nothing is known', () => {
    const evaluation = { ...small.evaluation, method: 'predicted', warmUpRounds: 0 };
    expect(canaryQuery(stateAfter(1, { ...small, evaluation }))).toBeGreaterThanOrEqual(0);
  });
});

describe('a canary is refused', () => {
  const { log } = brokenWithout(true);
  const first = log.findIndex(({ kind }) => kind === 'canary-completed');
  const before = replay(log.slice(0, first));
  const canary = log[first] as Extract<RunEvent, { kind: 'canary-completed' }>;
  const { failure: _, ...outcome } = canary.outcome;

  test.each<[string, RunEvent]>([
    ['of another turn', { ...canary, turn: 2 }],
    ['on a query that there is not', { ...canary, outcome: { ...canary.outcome, queryIndex: 20 } }],
    ['of a repeat', { ...canary, outcome: { ...canary.outcome, repeat: 1 } }],
    ['with a failure and a score', { ...canary, outcome: { ...canary.outcome, score: 1 } }],
    ['with a score above 1', { ...canary, outcome: { ...outcome, score: 2 } }],
  ])('%s', (_what, event) => {
    expect(() => applyEvent(before, event)).toThrow(/canary-completed cannot be applied/);
  });

  test('when it has been taken already, or when there is no workflow', () => {
    const passed = applyEvent(before, { ...canary, outcome });
    expect(() => applyEvent(passed, { ...canary, outcome })).toThrow(/waiting for its canary/);
    const broken = applyEvent(before, canary);
    expect(() => applyEvent(broken, canary)).toThrow(/waiting for its canary/);
  });
});
