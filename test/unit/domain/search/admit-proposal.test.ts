import { expect, test } from 'vitest';
import type { WorkflowProposed } from '../../../../services/domain/run/event.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { admitProposal, type ParsedProposal } from '../../../../services/domain/search/admit-proposal.ts';
import { madeUpConfiguration, madeUpWorkflow, use } from './made-up-world.ts';
import { scoredRounds } from './scored-rounds.ts';

const workflow = madeUpWorkflow('x');
const tokens = use('optimizer', 10);

const earlierWorkflow = (round: number) => madeUpWorkflow(`Solve it, the way of round ${round}.`);

/** Rounds 2 and 3 are children of round 1; round 4, open, is another child, unless told otherwise. */
function admit(parsed: ParsedProposal, parentRound = 1): WorkflowProposed {
  const rounds = scoredRounds([0.5, 0.6, 0.4, undefined]).map((round) =>
    round.round === 4
      ? { ...round, parentRound, completed: false }
      : round.evaluation
        ? { ...round, workflow: earlierWorkflow(round.round) }
        : round,
  );
  const state: RunState = { configuration: madeUpConfiguration(), status: 'running', ledger: [], rounds };
  return admitProposal({ state, round: 4, turn: 2, parsed, reply: 'the reply', tokens });
}

test('a new workflow is taken', () => {
  expect(admit({ modification: 'vote', workflow, workflowHash: 'new' })).toEqual({
    kind: 'workflow-proposed',
    round: 4,
    turn: 2,
    modification: 'vote',
    workflow,
    workflowHash: 'new',
    reply: 'the reply',
    tokens,
  });
});

test('a reply without a valid workflow is refused with its own failure', () => {
  const failure = { kind: 'invalid-workflow', message: 'steps[0]: unknown operator' } as const;
  const event = admit({ modification: 'vote', failure });
  expect(event).toMatchObject({ modification: 'vote', workflowHash: '', failure, reply: 'the reply', tokens });
  expect(event).not.toHaveProperty('workflow');
});

test('a workflow that was evaluated before is refused, whoever its parent was', () => {
  const event = admit({ modification: 'again', workflow, workflowHash: 'workflow-2' }, 3);
  expect(event.failure).toMatchObject({ kind: 'duplicate-workflow', message: expect.stringContaining('round 2') });
  expect(event).toMatchObject({ modification: 'again', workflowHash: '' });
  expect(event).not.toHaveProperty('workflow');
});

test('a workflow that differs from an earlier one in capitals, blanks and punctuation only is refused', () => {
  const near = madeUpWorkflow('solve it  the way\nof Round 3!');
  const event = admit({ modification: 'again', workflow: near, workflowHash: 'new' }, 2);
  expect(event.failure).toMatchObject({
    kind: 'duplicate-workflow',
    message: expect.stringContaining('round 3 only in capitals'),
  });
});

test('a workflow that failed on its canary is refused when it comes back, in its own round and later', () => {
  const broken = {
    ...admit({ modification: 'broken', workflow, workflowHash: 'broken' }),
    failure: { kind: 'no-answer', message: '' },
  };
  const rounds = scoredRounds([0.5, undefined]).map((round) => ({
    ...round,
    completed: false,
    proposals: [broken as WorkflowProposed],
  }));
  const state: RunState = { configuration: madeUpConfiguration(), status: 'running', ledger: [], rounds };
  for (const [workflowHash, words] of [
    ['broken', 'again'],
    ['new', 'only in capitals'],
  ]) {
    const parsed = { modification: 'other words', workflow, workflowHash: workflowHash as string };
    const { failure } = admitProposal({ state, round: 2, turn: 2, parsed, reply: '', tokens });
    expect(failure).toMatchObject({ kind: 'duplicate-workflow', message: expect.stringContaining(words as string) });
  }
});

test('a modification that was tried on the same parent is refused, up to spaces and capitals', () => {
  const event = admit({ modification: ' Edit\n 3', workflow, workflowHash: 'new' });
  expect(event.failure).toMatchObject({ kind: 'repeated-modification', message: expect.stringContaining('round 3') });
});

test('the same modification of another parent is taken', () => {
  expect(admit({ modification: 'edit 3', workflow, workflowHash: 'new' }, 2).failure).toBeUndefined();
});

test('an edit without words repeats nobody, least of all a round that found no workflow', () => {
  const rounds = scoredRounds([0.5, undefined, undefined]).map((round) => ({ ...round, modification: '' }));
  const state: RunState = { configuration: madeUpConfiguration(), status: 'running', ledger: [], rounds };
  const parsed = { modification: '', workflow, workflowHash: 'new' };
  expect(admitProposal({ state, round: 3, turn: 1, parsed, reply: '', tokens }).failure).toBeUndefined();
});
