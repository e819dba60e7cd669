import { expect, test } from 'vitest';
import type { ExecutionOutcome } from '../../../../services/domain/run/event.ts';
import type { Round, RunState } from '../../../../services/domain/run/state.ts';
import { experienceOf, warmUpRecords } from '../../../../services/domain/search/experience.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from './made-up-world.ts';
import { scoredRounds } from './scored-rounds.ts';

const refusal = { kind: 'invalid-workflow', message: 'prompts.solve is missing' } as const;

function outcome(queryIndex: number, score: number, step?: string): ExecutionOutcome {
  const base = { queryIndex, repeat: 0, score, answer: `${score}`, tokens: [] };
  return step === undefined ? base : { ...base, failure: { kind: 'expression', message: `no field in ${queryIndex}`, step } };
}

function stateOf(rounds: readonly Round[], seed = 1): RunState {
  return { configuration: madeUpConfiguration({ seed }), status: 'running', rounds, ledger: [] };
}

function roundsWith(outcomes: readonly ExecutionOutcome[]): Round[] {
  const [first, ...others] = scoredRounds([0.5, 0.6, 0.5, 0.4, 0.9, undefined]);
  return [
    { ...(first as Round), outcomes },
    ...others.map((round) => (round.round === 5 ? { ...round, parentRound: 2 } : round)),
  ];
}

test('children are split into what worked and what did not, an equal score being no success', () => {
  const experience = experienceOf(stateOf(roundsWith([])), 1);
  expect(experience.parent?.score).toBe(0.5);
  expect(experience.worked).toEqual([{ round: 2, modification: 'edit 2', before: 0.5, after: 0.6, method: 'full' }]);
  expect(experience.failed.map(({ round, after }) => [round, after])).toEqual([
    [3, 0.5],
    [4, 0.4],
  ]);
});

test('refused proposals are told with their reasons, those of the open round too', () => {
  const refused = { kind: 'workflow-proposed', round: 6, turn: 1, modification: 'vote', workflowHash: '', reply: '' } as const;
  const rounds = roundsWith([]).map((round) =>
    round.round === 6 ? { ...round, completed: false, proposals: [{ ...refused, failure: refusal }] } : round,
  );
  expect(experienceOf(stateOf(rounds), 1).refused).toEqual([{ round: 6, turn: 1, modification: 'vote', failure: refusal }]);
});

test("the parent's errors are grouped by kind and step, the most frequent first, with an example", () => {
  const outcomes = [outcome(0, 0, 'draft'), outcome(1, 0, 'vote'), outcome(2, 1), outcome(3, 0, 'vote')];
  expect(experienceOf(stateOf(roundsWith(outcomes)), 1).errors).toEqual([
    { kind: 'expression', step: 'vote', count: 2, message: 'no field in 1', queryIndex: 1 },
    { kind: 'expression', step: 'draft', count: 1, message: 'no field in 0', queryIndex: 0 },
  ]);
});

test('as many failing queries are shown as the settings say, each once, and never a solved one', () => {
  const outcomes = Array.from({ length: 40 }, (_, index) => outcome(index >> 1, index % 4 < 2 ? 0 : 1));
  const { failingQueries } = experienceOf(stateOf(roundsWith(outcomes)), 1);
  expect(failingQueries).toHaveLength(3);
  expect(new Set(failingQueries.map(({ queryIndex }) => queryIndex)).size).toBe(3);
  for (const { score } of failingQueries) expect(score).toBe(0);
});

test('failing queries are the same for every turn of a round, and others in another round or run', () => {
  const rounds = roundsWith(Array.from({ length: 200 }, (_, index) => outcome(index, 0)));
  const shown = (state: RunState) => experienceOf(state, 1).failingQueries.map(({ queryIndex }) => queryIndex);
  expect(shown(stateOf(rounds))).toEqual(shown(stateOf(rounds)));
  expect(shown(stateOf(rounds))).not.toEqual(shown(stateOf(rounds.slice(0, -1))));
  expect(shown(stateOf(rounds))).not.toEqual(shown(stateOf(rounds, 2)));
});

test('a round that is not there is named', () => {
  expect(() => experienceOf(stateOf([]), 3)).toThrow('no round 3');
});

test('the records of the warm-up are the fully executed rounds with what was predicted then', () => {
  const { state } = continueRun({ ...madeUpWorld(), predict: () => 0.7 }, madeUpConfiguration({ queryCount: 10 }));
  const records = warmUpRecords(state);
  expect(records).toHaveLength(3);
  for (const { round, score, predicted, workflow } of records) {
    expect(state.rounds[round - 1]).toMatchObject({ workflow, evaluation: { method: 'full', score } });
    expect(predicted).toBe(0.7);
  }
});
