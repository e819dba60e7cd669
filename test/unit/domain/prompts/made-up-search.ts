import type { Benchmark } from '../../../../services/domain/benchmark.ts';
import type { Failure } from '../../../../services/domain/failure.ts';
import { answerKey, type OutcomeTexts } from '../../../../services/domain/prompts/build-proposal-prompt.ts';
import { applyEvent } from '../../../../services/domain/run/apply/apply-event.ts';
import type { ExecutionOutcome, RunEvent } from '../../../../services/domain/run/event.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { canonicalHash } from '../../../../services/domain/workflow/canonical-hash.ts';
import type { Workflow } from '../../../../services/domain/workflow/workflow.ts';
import { madeUpConfiguration } from '../search/made-up-world.ts';

export const madeUpBenchmark: Benchmark = {
  name: 'fruit',
  split: 'validate',
  description: 'Problems about fruit. The answer to each is one number.',
  queries: [
    { id: 'fruit-1', fields: { question: 'Ada has 3 pears and eats 1. How many are left?' }, reference: '2' },
    { id: 'fruit-2', fields: { question: 'Ben picks 4 plums a day for 5 days. How many is that?' }, reference: '20' },
    { id: 'fruit-3', fields: { question: 'Half of 18 figs are ripe. How many are ripe?' }, reference: '9' },
    { id: 'fruit-4', fields: { question: 'A crate holds 12 limes. How many do 3 crates hold?' }, reference: '36' },
  ],
  inputs: ['question'],
  operators: ['custom', 'sc_ensemble'],
  scorer: 'gsm8k-aflow',
  otherScorers: [],
  answerFormat: 'One number, marked as \\boxed{number}.',
};

export function solveWith(prompt: string): Workflow {
  return {
    name: 'solve',
    description: 'Asks once.',
    prompts: { solve: prompt },
    steps: [
      { kind: 'call', id: 'draft', operator: 'custom', inputs: { instruction: 'solve', input: '{{ query.question }}' } },
      { kind: 'return', value: '{{ draft.response }}' },
    ],
  };
}

interface MadeUpRound {
  readonly parentRound: number;
  readonly mergedRound?: number;
  readonly refusals?: readonly { readonly modification: string; readonly failure: Failure; readonly reply: string }[];
  /** Absent for a round that is still being proposed for. */
  readonly taken?: { readonly modification: string; readonly workflow: Workflow };
  /** Answers to the four queries; absent for a round that was not executed yet. */
  readonly answers?: readonly (string | Failure)[];
  readonly predicted?: number;
}

/** The state of a search through these rounds, the first of which is the initial workflow's. */
export function madeUpState(rounds: readonly MadeUpRound[]): RunState {
  const initialWorkflow = rounds[0]?.taken?.workflow ?? solveWith('Solve it.');
  const configuration = { ...madeUpConfiguration({ queryCount: 4 }), initialWorkflow };
  const events: RunEvent[] = [{ kind: 'run-started', configuration }];
  for (const [index, round] of rounds.entries()) events.push(...roundEvents(round, index + 1));
  const state = events.reduce<RunState | undefined>(applyEvent, undefined);
  if (state === undefined) throw new Error('there is no event');
  return state;
}

/** The answers in these rounds, as prompts are given them. */
export function madeUpAnswers(rounds: readonly MadeUpRound[]): Map<string, OutcomeTexts> {
  return new Map(
    rounds.flatMap(({ answers = [] }, index) =>
      answers.map((answer, queryIndex) => {
        const text = typeof answer === 'string' ? answer : '';
        return [answerKey({ round: index + 1, queryIndex, repeat: 0 }), { answer: text }] as const;
      }),
    ),
  );
}

function roundEvents(made: MadeUpRound, round: number): RunEvent[] {
  const { parentRound, mergedRound, refusals = [], taken, answers, predicted } = made;
  const second = mergedRound === undefined ? {} : { mergedRound };
  const events: RunEvent[] = [{ kind: 'round-started', round, parentRound, ...second, candidates: [] }];
  for (const [index, refusal] of refusals.entries()) {
    events.push({ kind: 'workflow-proposed', round, turn: index + 1, workflowHash: '', ...refusal });
  }
  if (taken === undefined) return events;
  const turn = round === 1 ? 0 : refusals.length + 1;
  events.push({ kind: 'workflow-proposed', round, turn, workflowHash: canonicalHash(taken.workflow), reply: '', ...taken });
  if (answers === undefined) return events;
  const outcomes = answers.map((answer, index) => outcomeOf(answer, index));
  const score = outcomes.reduce((sum, outcome) => sum + outcome.score, 0) / outcomes.length;
  events.push({ kind: 'sample-drawn', round, queryIndexes: [0, 1, 2, 3], strata: [] });
  events.push({ kind: 'executions-completed', round, outcomes });
  if (predicted !== undefined) events.push({ kind: 'prediction-completed', round, turn: 1, score: predicted, reason: '' });
  const evaluation = { method: 'full', score, executions: 4, ...(predicted === undefined ? {} : { predicted }) };
  events.push({ kind: 'round-completed', round, evaluation });
  return events;
}

function outcomeOf(answer: string | Failure, queryIndex: number): ExecutionOutcome {
  const base = { queryIndex, repeat: 0, tokens: [] };
  if (typeof answer !== 'string') return { ...base, score: 0, answer: '', failure: answer };
  return { ...base, answer, score: answer.includes(madeUpBenchmark.queries[queryIndex]?.reference ?? '?') ? 1 : 0 };
}

const cutOff: Failure = { kind: 'cut-off', message: 'the reply reached 256 tokens', step: 'draft' };

/** Round 1 half right, an edit that worked, one that did not, and a fourth round whose first proposal was refused. */
export const fourRounds: readonly MadeUpRound[] = [
  {
    parentRound: 0,
    taken: { modification: '', workflow: solveWith('Solve it.') },
    answers: ['2', '20', '8', cutOff],
    predicted: 0.8,
  },
  {
    parentRound: 1,
    refusals: [
      {
        modification: 'Add a referee.',
        failure: { kind: 'invalid-workflow', message: 'judge, call (unknown-operator): There is no operator "referee".' },
        reply: '<modification>Add a referee.</modification>',
      },
    ],
    taken: { modification: 'Ask for steps.', workflow: solveWith('Solve it step by step.') },
    answers: ['2', '20', '9', '35'],
    predicted: 0.7,
  },
  {
    parentRound: 1,
    taken: { modification: 'Ask for haste.', workflow: solveWith('Be quick.') },
    answers: ['1', '20', '8', '35'],
  },
  {
    parentRound: 1,
    refusals: [
      {
        modification: 'Vote over three drafts.',
        failure: {
          kind: 'invalid-workflow',
          message: 'vote, with.solutions (missing-input): sc_ensemble needs the input "solutions".',
        },
        reply: '<modification>Vote over three drafts.</modification>\n<workflow>\nworkflow: 1\nsteps: []\n</workflow>',
      },
    ],
  },
];
