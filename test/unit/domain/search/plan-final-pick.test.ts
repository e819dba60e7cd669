import { describe, expect, test } from 'vitest';
import { wantedExecutions } from '../../../../services/domain/picking/wanted-executions.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { FinalPickSettings } from '../../../../services/domain/run/configuration.ts';
import type { RunEvent } from '../../../../services/domain/run/event.ts';
import type { Round, RunState } from '../../../../services/domain/run/state.ts';
import { planNextStep } from '../../../../services/domain/search/plan-next-step.ts';
import { continueRun, madeUpConfiguration, madeUpWorld, replay, use } from './made-up-world.ts';

const settings = { policy: 'top', topK: 2, share: 0.2 } satisfies FinalPickSettings;
const run = (finalPick: Partial<FinalPickSettings> | undefined, tokenBudget = 0) => {
  const search = { maxRounds: 8, tokenBudget, ...(finalPick && { finalPick: { ...settings, ...finalPick } }) };
  return continueRun(madeUpWorld(2), madeUpConfiguration({ queryCount: 40, search, evaluation: { warmUpRounds: 2 } }));
};

test('without a setting the highest score wins and nothing is executed', () => {
  const { state } = run(undefined);
  const best = Math.max(...state.rounds.map(({ evaluation }) => evaluation?.score ?? 0));
  expect(state.rounds[(state.bestRound ?? 0) - 1]?.evaluation?.score).toBe(best);
  expect(state.finalOutcomes).toBeUndefined();
  expect(run({ policy: 'argmax' }).state.bestRound).toBe(state.bestRound);
});

test('top executes the K best on all that they have not seen, in the phase final, and the best there wins', () => {
  const { state, log } = run({ policy: 'top' });
  const scored = state.rounds.filter(({ evaluation }) => evaluation !== undefined);
  const top = [...scored]
    .sort((a, b) => (b.evaluation?.score ?? 0) - (a.evaluation?.score ?? 0) || a.round - b.round)
    .slice(0, 2);
  const full = top.map(({ round, outcomes }) => {
    const final = (state.finalOutcomes ?? []).filter((one) => one.round === round).map(({ outcome }) => outcome);
    const all = [...outcomes, ...final];
    expect(new Set(all.map(({ queryIndex }) => queryIndex)).size).toBe(40);
    return { round, mean: all.reduce((sum, { score }) => sum + score, 0) / 40 };
  });
  const executed = new Set(state.finalOutcomes?.map(({ round }) => round));
  expect([...executed].every((round) => top.some((one) => one.round === round))).toBe(true);
  expect(full.find(({ round }) => round === state.bestRound)?.mean).toBe(Math.max(...full.map(({ mean }) => mean)));
  expect(state.ledger.some(({ phase }) => phase === 'final')).toBe(true);
  expect(log.findIndex(({ kind }) => kind === 'final-executions-completed')).toBeGreaterThan(
    log.findLastIndex(({ kind }) => kind === 'round-completed'),
  );
});

test.each(['halving', 'race', 'refine'])('%s spends at most its share', (policy) => {
  const { state } = run({ policy, share: 0.25 });
  const scored = state.rounds.filter(({ evaluation }) => evaluation !== undefined).length;
  expect(state.status).toBe('completed');
  expect(state.finalOutcomes?.length).toBeGreaterThan(0);
  expect(state.finalOutcomes?.length).toBeLessThanOrEqual(Math.round(0.25 * scored * 40));
});

test('killed after any event of the pick, the search goes on in the same way', () => {
  const { log, state } = run({ policy: 'halving', share: 0.5 });
  const first = log.findIndex(({ kind }) => kind === 'final-executions-completed');
  expect(log.length - first).toBeGreaterThan(4);
  for (let cut = first; cut < log.length; cut += 1) {
    expect(continueRun(madeUpWorld(2), state.configuration, log.slice(0, cut)).log).toEqual(log);
  }
});

describe('executions for the pick are refused', () => {
  const { log } = run({ policy: 'top' });
  const first = log.findIndex(({ kind }) => kind === 'final-executions-completed');
  const before = replay(log.slice(0, first));
  const event = log[first] as Extract<RunEvent, { kind: 'final-executions-completed' }>;
  const [outcome] = event.outcomes;
  if (outcome === undefined) throw new Error('the pick executed nothing');
  const searched = before.rounds[event.round - 1]?.outcomes.at(0)?.queryIndex ?? 0;

  test.each<[string, RunEvent]>([
    ['of a round that there is not', { ...event, round: 99 }],
    ['without an outcome', { ...event, outcomes: [] }],
    ['on a query that there is not', { ...event, outcomes: [{ ...outcome, queryIndex: 40 }] }],
    ['on a query twice', { ...event, outcomes: [outcome, outcome] }],
    ['on a query that the search executed', { ...event, outcomes: [{ ...outcome, queryIndex: searched }] }],
    ['with a score above 1', { ...event, outcomes: [{ ...outcome, score: 1.5 }] }],
  ])('%s', (_what, refused) => {
    expect(() => applyEvent(before, refused)).toThrow(/final-executions-completed cannot be applied/);
  });

  test('while a round is open, and no round starts after them', () => {
    expect(() => applyEvent(replay(log.slice(0, 4)), event)).toThrow(/round 1 is not completed/);
    const begun = applyEvent(before, event);
    const round = { kind: 'round-started', round: 9, parentRound: 1, candidates: [] } as const;
    expect(() => applyEvent(begun, round)).toThrow(/the final pick has begun/);
  });
});

test('a policy that there is not is named', () => {
  expect(() => run({ policy: 'oracle' })).toThrow(/no pick policy "oracle"; did you mean "race"\? There are argmax, top, /);
  expect(planNextStep(run(undefined).state)).toEqual([]);
});

describe('a share of the pick', () => {
  const finalPick = { ...settings, policy: 'race', share: 0.2 };
  /** Two rounds on 40 queries: the first scores 0.4, the second 0.8; an execution takes so many tokens. */
  const stateOf = (first: number, second: number): RunState => {
    const round = (number: number, score: number, tokens: number): Round => ({
      ...{ round: number, parentRound: number - 1, candidates: [], proposals: [], workflowHash: `w${number}`, modification: '' },
      ...{ samples: [], predictions: [], completed: true, evaluation: { method: 'few-shot', score, executions: 1 } },
      outcomes: [{ queryIndex: 0, repeat: 0, score, tokens: [use('executor', tokens)] }],
    });
    const configuration = madeUpConfiguration({ queryCount: 40, search: { finalPick } });
    return { configuration, status: 'running', ledger: [], rounds: [round(1, 0.4, first), round(2, 0.8, second)] };
  };

  test('is one of the tokens too: where the better workflows are dearer, fewer executions are its worth', () => {
    expect(wantedExecutions(stateOf(100, 100), 2)).toBe(16);
    expect(wantedExecutions(stateOf(100, 300), 2)).toBe(Math.round((16 * 200) / 300));
  });

  test('is not more than its executions where they are cheaper, and bears rounds that executed nothing', () => {
    expect(wantedExecutions(stateOf(300, 100), 2)).toBe(16);
    const { rounds, ...rest } = stateOf(1, 1);
    expect(wantedExecutions({ ...rest, rounds: rounds.map((round) => ({ ...round, outcomes: [] })) }, 2)).toBe(16);
  });
});
