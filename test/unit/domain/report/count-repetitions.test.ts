import { expect, test } from 'vitest';
import type { Failure } from '../../../../services/domain/failure.ts';
import { countRepetitions } from '../../../../services/domain/report/count-repetitions.ts';
import type { WorkflowProposed } from '../../../../services/domain/run/event.ts';
import { admitProposal, repeatedRound } from '../../../../services/domain/search/admit-proposal.ts';
import { madeUpConfiguration, madeUpWorkflow } from '../search/made-up-world.ts';
import { scoredRounds } from '../search/scored-rounds.ts';

const configuration = madeUpConfiguration({ search: { parallelism: 4 }, evaluation: { warmUpRounds: 0 } });

/** Nine rounds, all children of round 1; the last one made these proposals. */
function stateWith(proposals: readonly WorkflowProposed[]) {
  const rounds = scoredRounds([0.5, 0.6, 0.4, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7]).map((round) => ({
    ...round,
    workflow: madeUpWorkflow(`Solve it in the way of round ${round.round}.`),
  }));
  return {
    configuration,
    status: 'running' as const,
    ledger: [],
    rounds: rounds.map((round) => (round.round === 9 ? { ...round, proposals } : round)),
  };
}

/** What is made of a proposal in round 9, which sees the rounds up to the fifth. */
function admitted(workflowHash: string, modification = 'another'): WorkflowProposed {
  const parsed = { modification, workflow: madeUpWorkflow(workflowHash), workflowHash };
  const state = stateWith([]);
  return admitProposal({ state, round: 9, turn: 1, parsed, reply: '', tokens: undefined });
}

test('what repeats another round is counted by whether that round was over', () => {
  const tried = [admitted('workflow-3'), admitted('new', 'edit 5')];
  const underWay = [admitted('workflow-6'), admitted('new', 'Edit  7')];
  const none = [admitted('new'), admitted('workflow-1'), admitted('workflow-9')];
  expect(none.map(({ failure }) => failure && repeatedRound(failure))).toEqual([undefined, 1, 9]);
  const counts = countRepetitions(stateWith([...tried, ...underWay, ...none]));
  expect(counts).toEqual({ proposals: 7, tried: 2, underWay: 2 });
});

test('a workflow that differs from that of a round in capitals only names that round', () => {
  const parsed = { modification: 'x', workflow: madeUpWorkflow('solve it in the way of ROUND 7'), workflowHash: 'new' };
  const { failure } = admitProposal({ state: stateWith([]), round: 9, turn: 1, parsed, reply: '', tokens: undefined });
  expect(failure && repeatedRound(failure)).toBe(7);
});

test('other refusals name no round, whatever their text says', () => {
  const failure: Failure = { kind: 'invalid-workflow', message: 'round 3 is not a step' };
  expect(repeatedRound(failure)).toBeUndefined();
});

test('with one round at a time nothing is under way', () => {
  const { rounds, ...rest } = stateWith([admitted('workflow-6')]);
  const one = { ...rest, rounds, configuration: madeUpConfiguration({ evaluation: { warmUpRounds: 0 } }) };
  expect(countRepetitions(one)).toEqual({ proposals: 1, tried: 1, underWay: 0 });
});

test('what is nearly the workflow of another round is counted apart', () => {
  const message = 'this is to 93 % the workflow of round 3, which scored 0.400; make a change that goes another way';
  const near: WorkflowProposed = { ...admitted('new'), failure: { kind: 'similar-workflow', message } };
  expect(near.failure && repeatedRound(near.failure)).toBe(3);
  expect(countRepetitions(stateWith([near, admitted('workflow-3')]))).toEqual({
    ...{ proposals: 2, tried: 1, underWay: 0, similar: 1 },
  });
});
