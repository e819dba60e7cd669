import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  answerKey,
  answersShown,
  buildProposalPrompt,
  type OutcomeTexts,
} from '../../../../services/domain/prompts/build-proposal-prompt.ts';
import { parseProposal } from '../../../../services/domain/prompts/parse-proposal.ts';
import { buildReport } from '../../../../services/domain/report/build-report.ts';
import type { RunConfiguration } from '../../../../services/domain/run/configuration.ts';
import type { RunState } from '../../../../services/domain/run/state.ts';
import { experienceOf } from '../../../../services/domain/search/experience.ts';
import { bestCandidates } from '../../../../services/domain/search/parents/drawn.ts';
import { scoresZero } from '../../../../services/domain/search/static-score.ts';
import { readRunFile } from '../../../../services/shared/config/run-file.ts';
import { continueRun, madeUpWorld } from './made-up-world.ts';

/**
 * The paper's prediction prompt gives a workflow 0.0 "at once" when it breaks a static rule. With the preset `paper` so does the
 * static check, before anything is executed or predicted; otherwise the optimizer sees the typed error and is asked again.
 */
const call = (inputs: string, operator = 'custom') => `prompts:
  solve: Solve it.
steps:
  - id: answer
    call: ${operator}
    with: ${inputs}
  - return: "{{ answer.response }}"`;
const question = '"{{ query.question }}"';

const broken: readonly (readonly [rule: string, workflow: string, message: RegExp])[] = [
  [
    'a prompt that is not defined',
    call(`{ instruction: think, input: ${question} }`),
    /answer, with\.instruction \(unknown-prompt\)/,
  ],
  [
    'a prompt that is commented out',
    call(`{ instruction: solve, input: ${question} }`).replace('  solve: Solve it.', '  # solve: Solve it.\n  other: Other.'),
    /answer, with\.instruction \(unknown-prompt\)/,
  ],
  ['a prompt by not exactly its name', call(`{ instruction: Solve, input: ${question} }`), /\(unknown-prompt\).*"?solve/],
  ['an operator that is not described', call(`{ input: ${question} }`, 'debate'), /answer.*\(unknown-operator\): .*debate/],
  ['a parameter by a wrong name', call(`{ instruction: solve, text: ${question} }`), /answer, with\.text \(unknown-input\)/],
  ['a parameter that is missing', call('{ instruction: solve }'), /answer.*\(missing-input\)/],
  [
    'a parameter of a wrong type',
    `steps:
  - id: vote
    call: sc_ensemble
    with: { problem: ${question}, solutions: ${question} }
  - return: "{{ vote.response }}"`,
    /vote, with\.solutions \(/,
  ],
  ['an input other than the query', call('{ instruction: solve, input: "{{ query.answer }}" }'), /answer, with\.input \(/],
  [
    'an output that the operator does not have',
    call(`{ input: ${question} }`).replace('answer.response', 'answer.score'),
    /score/,
  ],
  ['a result before it is there', call('{ instruction: solve, input: "{{ later.response }}" }'), /answer, with\.input \(.*later/],
  ['no returned answer', `steps:\n  - id: answer\n    call: custom\n    with: { input: ${question} }`, /return/],
  ['a loop without a bound', `steps:\n  - loop: many\n    while: "true"\n    steps: []\n  - return: x`, /loop/],
  [
    'more model calls than allowed',
    `steps:
  - id: drafts
    parallel: 20
    steps:
      - id: twice
        parallel: 2
        steps:
          - { id: draft, call: custom, with: { input: ${question} } }
        yield: "{{ draft.response }}"
    yield: "{{ twice[0] }}"
  - return: "{{ drafts[0] }}"`,
    /\(call-limit\)/,
  ],
  ['no YAML', 'steps: [', /the text in <workflow> is not YAML/],
];

const folder = await mkdtemp(join(tmpdir(), 'scale-static-check-'));
await writeFile(join(folder, 'paper.yaml'), 'benchmark: sample\npreset: paper\nsearch: { max_rounds: 3 }');
const { configuration, benchmark } = await readRunFile(join(folder, 'paper.yaml'));
await rm(folder, { recursive: true });

function searchProposing(workflow: string, search: RunConfiguration['search'] = configuration.search) {
  const reply = `<modification>try it</modification>\n<workflow>\nworkflow: 1\n${workflow}\n</workflow>`;
  const { maxCallsPerQuery: maxCalls } = search;
  const propose = () => parseProposal({ reply, cutOff: false, benchmark, maxCalls });
  return continueRun(
    { ...madeUpWorld(), propose, predict: () => 0.9 },
    { ...configuration, search },
    [],
    ({ rounds }) => rounds[1]?.completed === true,
  );
}

/** One for each execution that the prompt for round 2 shows. */
function someAnswers(state: RunState): Map<string, OutcomeTexts> {
  return new Map(answersShown({ state, round: 2 }).map((place) => [answerKey(place), { answer: 'wrong' }]));
}

test('the workflow that these are made from is a good one: it is executed', () => {
  const { state } = searchProposing(call(`{ instruction: solve, input: ${question} }`));
  expect(state.rounds[1]).toMatchObject({ proposals: [{ turn: 1 }], evaluation: { method: 'full', predicted: 0.9 } });
});

test.each(broken)('%s scores 0.0 before anything is spent, and its round is over', (_rule, workflow, message) => {
  const { state } = searchProposing(workflow);
  const [, round] = state.rounds;
  expect(round?.proposals).toHaveLength(1);
  expect(round?.failure?.message).toMatch(message);
  expect(round).toMatchObject({ completed: true, samples: [], outcomes: { length: 0 }, predictions: [], workflowHash: '' });
  expect(buildReport(state, benchmark, { runId: 'paper' }).rounds[1]).toMatchObject({
    ...{ score: 0, method: 'static-check', executions: 0 },
  });
  expect(state.ledger.filter((entry) => entry.round === 2).map(({ phase }) => phase)).toEqual(['propose']);
  // No parent, since there is nothing to edit, and no winner; but the optimizer reads what it scored, and why.
  expect(bestCandidates(state.rounds, state.configuration.search).map((candidate) => candidate.round)).toEqual([1]);
  expect(experienceOf(state, 1).refused).toMatchObject([{ round: 2, score: 0 }]);
  expect(buildProposalPrompt({ state, benchmark, round: 2, turn: 2, answers: someAnswers(state) })).toMatch(
    /score 0\.0|was refused/,
  );
});

test('a repetition is asked for again, also with the preset paper', () => {
  const again = { kind: 'duplicate-workflow', message: 'again' } as const;
  expect(scoresZero(again, configuration.search)).toBe(false);
  expect(scoresZero({ ...again, kind: 'invalid-workflow' }, configuration.search)).toBe(true);
});

const retrying = { ...configuration.search, invalidScoresZero: false };

test.each(broken)('without that preset, %s is refused with its rule and asked for again', (_rule, workflow, message) => {
  const { state, log } = searchProposing(workflow, retrying);
  const [, round] = state.rounds;
  expect(round?.proposals).toHaveLength(3);
  for (const { failure } of round?.proposals ?? []) {
    expect(['invalid-workflow', 'unparsable-reply']).toContain(failure?.kind);
    expect(failure?.message).toMatch(message);
  }
  expect(round).not.toHaveProperty('evaluation');
  expect(round).toMatchObject({ completed: true, samples: [], outcomes: { length: 0 }, predictions: [], workflowHash: '' });
  const spentOn = state.ledger.filter((entry) => entry.round === 2).map(({ phase }) => phase);
  expect(spentOn).toEqual(['propose']);
  expect(log.filter((event) => 'round' in event && event.round === 2 && event.kind === 'sample-drawn')).toEqual([]);
});
