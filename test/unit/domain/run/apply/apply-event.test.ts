import { describe, expect, test } from 'vitest';
import { applyEvent } from '../../../../../services/domain/run/apply/apply-event.ts';
import { EventRefusedError } from '../../../../../services/domain/run/apply/event-refused-error.ts';
import type { RunEvent } from '../../../../../services/domain/run/event.ts';
import type { RunState } from '../../../../../services/domain/run/state.ts';
import { planNextStep } from '../../../../../services/domain/search/plan-next-step.ts';
import { continueRun, madeUpConfiguration, madeUpWorkflow, madeUpWorld, use } from '../../search/made-up-world.ts';

const configuration = madeUpConfiguration({
  queryCount: 4,
  search: { maxRounds: 3 },
  evaluation: { warmUpRounds: 1, fewShotRatio: 0.5, repeats: 2 },
});
const world = { ...madeUpWorld(), propose: () => ({ modification: 'new', workflow, workflowHash: 'new' }), predict: () => 0.5 };
const workflow = madeUpWorkflow('new');
const evaluation = { method: 'full', score: 0.5, executions: 0 };
const failure = { kind: 'poison', message: 'the job killed its workers' } as const;

/** The state just before the first event of a kind in a round. */
function stateBefore(kind: RunEvent['kind'], round = 1): RunState {
  const until = (state: RunState): boolean =>
    state.rounds.length === round - (kind === 'round-started' ? 1 : 0) &&
    planNextStep(state).some((command) => (command.kind === 'append' ? command.event.kind : command.kind) === kind);
  return continueRun(world, configuration, [], until).state;
}

function outcome(queryIndex: number, repeat = 0): Extract<RunEvent, { kind: 'executions-completed' }>['outcomes'][number] {
  return { queryIndex, repeat, score: 1, answer: '1', tokens: [] };
}

const fresh = (): RunState => applyEvent(undefined, { kind: 'run-started', configuration });
const proposing = (): RunState => {
  const { state, log } = continueRun(world, configuration, [], ({ rounds }) => rounds.length === 2);
  expect(log.at(-1)?.kind).toBe('round-started');
  return state;
};
const withWorkflow = (): RunState => stateBefore('sample-drawn');
const sampled = (): RunState =>
  applyEvent(withWorkflow(), { kind: 'sample-drawn', round: 1, queryIndexes: [0, 1, 2, 3], strata: [] });
const ended = (): RunState => continueRun(world, configuration).state;
const paused = (): RunState => applyEvent(sampled(), { kind: 'run-paused' });

describe('an event that cannot follow is refused', () => {
  const executions = { kind: 'executions-completed', round: 1 } as const;
  const predicted = { kind: 'prediction-completed', round: 1, turn: 1, reason: '', score: 0.5 } as const;
  const proposed = { kind: 'workflow-proposed', round: 2, turn: 1, modification: '', reply: '' } as const;
  const roundStarted = { kind: 'round-started', round: 2, parentRound: 1, candidates: [] } as const;

  test.each<[string, () => RunState | undefined, RunEvent, RegExp]>([
    ['a log that begins in the middle', () => undefined, { kind: 'run-paused' }, /begins with run-started/],
    ['a second start', fresh, { kind: 'run-started', configuration }, /already been started/],
    ['a round out of turn', fresh, roundStarted, /the next round is 1/],
    ['a parent of round 1', fresh, { ...roundStarted, round: 1 }, /round 1 has no parent/],
    ['a round while another is open', withWorkflow, roundStarted, /round 1 is not completed/],
    [
      'an unscored second parent',
      () => stateBefore('round-started', 3),
      { ...roundStarted, round: 3, mergedRound: 3 },
      /round 3 cannot be a second parent/,
    ],
    [
      'a workflow merged with itself',
      () => stateBefore('round-started', 3),
      { ...roundStarted, round: 3, mergedRound: 1 },
      /round 1 cannot be a second parent/,
    ],
    ['an unscored parent', () => stateBefore('round-started', 2), { ...roundStarted, parentRound: 2 }, /round 2, has no score/],
    ['anything of a round that is not open', fresh, predicted, /round 1 is not open/],
    ['anything of another round', proposing, { ...predicted, round: 1 }, /the open round is 2/],
    ['a proposal that is not the next', proposing, { ...proposed, turn: 2, workflowHash: '', failure }, /turn 2/],
    ['a proposal of nothing', proposing, { ...proposed, workflowHash: '' }, /either a workflow or a failure/],
    ['a workflow without its hash', proposing, { ...proposed, workflow, workflowHash: '' }, /hash/],
    ['a second workflow', withWorkflow, { ...proposed, round: 1, workflow, workflowHash: 'h' }, /already has its workflow/],
    ['a sample without a workflow', proposing, { kind: 'sample-drawn', round: 2, queryIndexes: [0], strata: [] }, /no workflow/],
    ['an empty sample', withWorkflow, { kind: 'sample-drawn', round: 1, queryIndexes: [], strata: [] }, /no queries/],
    ['a query that is not there', withWorkflow, { kind: 'sample-drawn', round: 1, queryIndexes: [4], strata: [] }, /query 4/],
    [
      'a query drawn twice',
      sampled,
      { kind: 'sample-drawn', round: 1, queryIndexes: [2], strata: [] },
      /query 2 was already drawn/,
    ],
    [
      'a query twice in one draw',
      withWorkflow,
      { kind: 'sample-drawn', round: 1, queryIndexes: [3, 3], strata: [] },
      /query 3 was already drawn/,
    ],
    ['no outcomes', sampled, { ...executions, outcomes: [] }, /no outcome/],
    ['outcomes out of order', sampled, { ...executions, outcomes: [outcome(1)] }, /not the next execution/],
    ['a repeat too early', sampled, { ...executions, outcomes: [outcome(0, 1)] }, /not the next execution/],
    ['outcomes that nobody asked for', withWorkflow, { ...executions, outcomes: [outcome(0)] }, /not asked for/],
    ['a score above 1', sampled, { ...executions, outcomes: [{ ...outcome(0), score: 1.5 }] }, /not in \[0, 1\]/],
    ['a score that is no number', sampled, { ...executions, outcomes: [{ ...outcome(0), score: Number.NaN }] }, /NaN/],
    ['a failure with a score', sampled, { ...executions, outcomes: [{ ...outcome(0), failure }] }, /failed and has a score/],
    ['a prediction without a workflow', proposing, { ...predicted, round: 2 }, /no workflow/],
    ['a prediction that is not the next', sampled, { ...predicted, turn: 2 }, /turn 2/],
    ['a second prediction', () => applyEvent(sampled(), predicted), { ...predicted, turn: 2 }, /already has its prediction/],
    ['a prediction with score and failure', sampled, { ...predicted, failure }, /either a score or a failure/],
    ['a prediction above 1', sampled, { ...predicted, score: 1.01 }, /not in \[0, 1\]/],
    ['a score before all outcomes', sampled, { kind: 'round-completed', round: 1, evaluation }, /query 0 .* no outcome/],
    ['a score without a workflow', proposing, { kind: 'round-completed', round: 2, evaluation }, /no workflow/],
    ['a round that ends with nothing', sampled, { kind: 'round-completed', round: 1 }, /either an evaluation or a failure/],
    ['an end in the middle', sampled, { kind: 'run-completed', bestRound: 1, reason: 'converged' }, /not completed/],
    ['a best round without a score', fresh, { kind: 'run-completed', bestRound: 1, reason: 'converged' }, /no score/],
    ['resuming what is not paused', fresh, { kind: 'run-resumed' }, /not paused/],
    ['work while paused', paused, { ...executions, outcomes: [outcome(0)] }, /run is paused/],
    ['pausing twice', paused, { kind: 'run-paused' }, /run is paused/],
    ['anything after the end', ended, { kind: 'run-cancelled', reason: 'late' }, /run is completed/],
  ])('%s', (_name, state, event, why) => {
    const before = state();
    const apply = (): unknown => applyEvent(before, event);
    expect(apply).toThrow(EventRefusedError);
    expect(apply).toThrow(why);
  });
});

test('a benchmark without queries is refused at the start', () => {
  const empty = { ...configuration, benchmark: { ...configuration.benchmark, queryCount: 0 } };
  expect(() => applyEvent(undefined, { kind: 'run-started', configuration: empty })).toThrow(/no queries/);
});

test('a pause keeps everything and a resumed run goes on as if there had been none', () => {
  const resumed = applyEvent(paused(), { kind: 'run-resumed' });
  expect(resumed).toEqual(sampled());
});

test('a cancelled run, and a failed one, keep what they have', () => {
  expect(applyEvent(paused(), { kind: 'run-cancelled', reason: 'enough' })).toEqual({ ...sampled(), status: 'cancelled' });
  expect(applyEvent(sampled(), { kind: 'run-failed', failure })).toEqual({ ...sampled(), status: 'failed', failure });
});

test('repeats of a query stand one after another, and only a full evaluation has them', () => {
  const { state } = continueRun(world, configuration);
  expect(state.rounds[0]?.outcomes.map(({ queryIndex, repeat }) => [queryIndex, repeat])).toEqual(
    [0, 0, 1, 1, 2, 2, 3, 3].map((queryIndex, index) => [queryIndex, index % 2]),
  );
  expect(state.rounds[1]?.outcomes.map(({ repeat }) => repeat)).toEqual([0, 0]);
});

test('tokens are booked by phase, model and round', () => {
  const tokens = [use('b', 5), use('a', 7)];
  const outcomes = [0, 0].map((queryIndex, repeat) => ({ ...outcome(queryIndex, repeat), tokens }));
  const state = applyEvent(sampled(), { kind: 'executions-completed', round: 1, outcomes });
  expect(state.ledger.map(({ phase, round, model, calls, usage }) => [phase, round, model, calls, usage.promptTokens])).toEqual([
    ['warm-up', 1, 'b', 2, 10],
    ['warm-up', 1, 'a', 2, 14],
  ]);
  const phases = ended().ledger.map(({ phase, round }) => `${phase} ${round}`);
  expect(phases).toEqual(['warm-up 1', 'predict 1', 'propose 2', 'few-shot 2', 'predict 2', 'propose 3']);
});
