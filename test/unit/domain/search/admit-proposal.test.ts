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

const words = (count: number, from: number) => Array.from({ length: count }, (_, place) => `word${from + place}`).join(' ');
const tried = words(120, 1000);

interface NearCase {
  readonly limit?: number;
  readonly turn?: number;
  readonly earlier?: readonly WorkflowProposed[];
  /** The prompt of round 1, which round 4 edits; round 2 tried `tried`, with a score of 0.6. */
  readonly parent?: string;
}

/** What is made of a workflow with this prompt in round 4. */
function admitNear(prompt: string, { limit = 0.9, turn = 1, earlier = [], parent = words(120, 0) }: NearCase = {}) {
  const prompts = [parent, tried, words(120, 2000)];
  const rounds = scoredRounds([0.5, 0.6, 0.4, undefined]).map((round, place) =>
    round.round === 4
      ? { ...round, completed: false, proposals: earlier }
      : { ...round, workflow: madeUpWorkflow(prompts[place] as string) },
  );
  const configuration = madeUpConfiguration({ search: limit < 1 ? { similarityLimit: limit } : {} });
  const state: RunState = { configuration, status: 'running', ledger: [], rounds };
  const parsed = { modification: 'reword it', workflow: madeUpWorkflow(prompt), workflowHash: 'new' };
  return admitProposal({ state, round: 4, turn, parsed, reply: '', tokens });
}

test('what is nearly a tried workflow is asked for again, with its score', () => {
  const { failure, workflowHash } = admitNear(`${tried} once more`);
  expect(failure?.kind).toBe('similar-workflow');
  expect(failure?.message).toMatch(/^this is to 9\d % the workflow of round 2, which scored 0\.600; make a change/);
  expect(workflowHash).toBe('');
});

test('one whose score is not known yet is told so', () => {
  const open = { similarityLimit: 0.9, parallelism: 4 };
  const rounds = scoredRounds([0.5, undefined, undefined]).map((round, place) => ({
    ...round,
    ...(place < 2 && { workflow: madeUpWorkflow([words(120, 0), tried][place] as string), workflowHash: `hash ${place}` }),
  }));
  const state: RunState = { configuration: madeUpConfiguration({ search: open }), status: 'running', ledger: [], rounds };
  const parsed = { modification: 'reword it', workflow: madeUpWorkflow(`${tried} once more`), workflowHash: 'new' };
  const { failure } = admitProposal({ state, round: 3, turn: 1, parsed, reply: '', tokens });
  expect(failure?.message).toContain('the workflow of round 2, whose score is not known yet');
});

test('without a limit, or below it, it is taken', () => {
  expect(admitNear(`${tried} once more`, { limit: 1 }).failure).toBeUndefined();
  expect(admitNear(`${tried} once more`, { limit: 0.99 }).failure).toBeUndefined();
  expect(admitNear(`${words(60, 1000)} ${words(60, 3000)}`).failure).toBeUndefined();
});

test('it is refused once a round, and never on the last turn: no round is lost to it', () => {
  const earlier = [admitNear(`${tried} once more`)];
  expect(admitNear(`${tried} once again`, { turn: 2, earlier }).failure).toBeUndefined();
  expect(admitNear(`${tried} once more`, { turn: 3 }).failure).toBeUndefined();
});

test('two small edits of one parent are not nearly the same, however much they share', () => {
  const parent = `${tried} in short`;
  expect(admitNear(`${tried} in full`, { parent }).failure).toBeUndefined();
});
