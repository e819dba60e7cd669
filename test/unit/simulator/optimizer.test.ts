import { describe, expect, it } from 'vitest';
import { buildPredictionPrompt } from '../../../services/domain/prompts/build-prediction-prompt.ts';
import { buildProposalPrompt } from '../../../services/domain/prompts/build-proposal-prompt.ts';
import { parsePrediction } from '../../../services/domain/prompts/parse-prediction.ts';
import { parseProposal } from '../../../services/domain/prompts/parse-proposal.ts';
import { jsonForm } from '../../../services/domain/prompts/reply-form.ts';
import type { ParsedProposal } from '../../../services/domain/search/admit-proposal.ts';
import { canonicalHash } from '../../../services/domain/workflow/canonical-hash.ts';
import type { Workflow } from '../../../services/domain/workflow/workflow.ts';
import { fourRounds, madeUpAnswers, madeUpState } from '../domain/prompts/made-up-search.ts';
import { arithmeticBenchmark, chat, modelFor } from './arithmetic-benchmark.ts';

const initial: Workflow = {
  name: 'single-call',
  description: '',
  prompts: {},
  steps: [
    { kind: 'call', id: 'answer', operator: 'custom', inputs: { input: '{{ query.question }}' } },
    { kind: 'return', value: '{{ answer.response }}' },
  ],
};
const first = { parentRound: 0, taken: { modification: '', workflow: initial }, answers: ['2', '20', '8', '35'], predicted: 0.8 };
const state = madeUpState([first, { parentRound: 1 }]);
const answers = madeUpAnswers([first]);
const prompt = buildProposalPrompt({ state, benchmark: arithmeticBenchmark, round: 2, turn: 1, answers });
const model = modelFor();
const proposalCount = 200;

function proposals(text: string): { reply: string; parsed: ParsedProposal }[] {
  return Array.from({ length: proposalCount }, (_, seed) => {
    const reply = model.reply(chat(text, { model: 'qwen3-8b', temperature: 0.7, seed }), 0, 'propose');
    const parsed = parseProposal({
      reply,
      cutOff: false,
      benchmark: arithmeticBenchmark,
      maxCalls: 20,
    });
    return { reply, parsed };
  });
}
const refused = ({ parsed }: { parsed: ParsedProposal }) => 'failure' in parsed;
const made = proposals(prompt);

describe('the simulated optimizer', () => {
  it('breaks about a quarter of its proposals, as AFlow saw', () => {
    const share = made.filter(refused).length / made.length;
    expect(share).toBeGreaterThan(0.18);
    expect(share).toBeLessThan(0.32);
  });

  it('breaks them in many ways', () => {
    const kinds = made.flatMap(({ parsed }) =>
      'failure' in parsed ? [parsed.failure.message.match(/\(([\w-]+)\)/)?.[1] ?? parsed.failure.message.slice(0, 40)] : [],
    );
    expect(new Set(kinds).size).toBeGreaterThanOrEqual(7);
  });

  it('changes the workflow in different ways, and sometimes not at all', () => {
    const hashes = made.flatMap(({ parsed }) => ('failure' in parsed ? [] : [parsed.workflowHash]));
    expect(new Set(hashes).size).toBeGreaterThan(10);
    const unchanged = hashes.filter((hash) => hash === canonicalHash(initial)).length / hashes.length;
    expect(unchanged).toBeGreaterThan(0);
    expect(unchanged).toBeLessThan(0.1);
  });

  it('mostly repairs what was refused, and keeps its idea', () => {
    const broken = made.find(
      ({ parsed }) => 'failure' in parsed && parsed.failure.kind === 'invalid-workflow' && parsed.modification,
    );
    if (broken === undefined || !('failure' in broken.parsed)) throw new Error('no proposal was broken');
    const modification = broken.parsed.modification ?? '';
    const refusals = [{ modification, failure: broken.parsed.failure, reply: broken.reply }];
    const repairState = madeUpState([first, { parentRound: 1, refusals }]);
    const repair = buildProposalPrompt({ state: repairState, benchmark: arithmeticBenchmark, round: 2, turn: 2, answers });
    const repairs = proposals(repair);
    expect(repairs.filter(refused).length / repairs.length).toBeLessThan(0.14);
    const kept = repairs.filter(({ reply }) => reply.includes(modification)).length / repairs.length;
    expect(kept).toBeGreaterThan(0.3);
  });

  it('mostly heeds what was tried before', () => {
    const modification = 'Ask the model to reason step by step, so that it makes fewer slips in longer problems.';
    const count = (replies: { reply: string }[]) => replies.filter(({ reply }) => reply.includes(modification)).length;
    const tried = {
      parentRound: 1,
      taken: { modification, workflow: { ...initial, prompts: {} } },
      answers: ['1', '20', '8', '35'],
    };
    const later = madeUpState([first, tried, { parentRound: 1 }]);
    const heeding = buildProposalPrompt({ state: later, benchmark: arithmeticBenchmark, round: 3, turn: 1, answers });
    expect(count(made)).toBeGreaterThan(6);
    expect(count(proposals(heeding))).toBeLessThan(count(made) / 2);
  });

  it('says so when it is shown no workflow', () => {
    expect(model.reply(chat(prompt.split('<parent>')[0] ?? ''), 0, 'propose')).toContain('cannot see a workflow');
  });
});

describe('the simulated predictor', () => {
  const predictions = Array.from({ length: 400 }, (_, seed) => {
    const request = { state: madeUpState(fourRounds.slice(0, 3)), benchmark: arithmeticBenchmark, round: 3, turn: 1 };
    return parsePrediction(model.reply(chat(buildPredictionPrompt(request), { temperature: 0.7, seed }), 0, 'predict'));
  });
  const scores = predictions.flatMap((parsed) => ('failure' in parsed ? [] : [parsed.score]));
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;

  it('stays near one typical score, with a mean error of about .05 around it', () => {
    expect(mean).toBeGreaterThan(0.7);
    expect(mean).toBeLessThan(0.92);
    const error = scores.reduce((sum, score) => sum + Math.abs(score - mean), 0) / scores.length;
    expect(error).toBeGreaterThan(0.03);
    expect(error).toBeLessThan(0.06);
  });

  it('is of no use now and then', () => {
    const share = 1 - scores.length / predictions.length;
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThan(0.04);
  });

  it('gives its reason', () => {
    expect(predictions.every(({ reason }) => reason.length > 20)).toBe(true);
  });
});

describe('the simulated optimizer under a schema', () => {
  const asked = buildProposalPrompt({ state, benchmark: arithmeticBenchmark, round: 2, turn: 1, answers }, jsonForm);
  const replies = Array.from({ length: proposalCount }, (_, seed) =>
    model.reply(chat(asked, { model: 'qwen3-8b', temperature: 0.7, seed, structured: true }), 0, 'propose'),
  );
  const parsed = replies.map((reply) => parseProposal({ reply, cutOff: false, benchmark: arithmeticBenchmark, maxCalls: 20 }));

  it('writes JSON, and breaks only what no schema can hold it to', () => {
    const failures = parsed.flatMap((each) => ('failure' in each ? [each.failure] : []));
    expect(failures.map(({ kind }) => kind)).toEqual(failures.map(() => 'invalid-workflow'));
    const rules = new Set(failures.map(({ message }) => /\(([\w-]+)\)/.exec(message)?.[1]));
    expect([...rules].filter((rule) => !/^unknown-(name|prompt|query-field)$/.test(rule ?? ''))).toEqual([]);
    expect(rules.size).toBeGreaterThan(1);
    expect(failures.length / parsed.length).toBeLessThan(0.15);
  });

  it('predicts in JSON', () => {
    const prediction = buildPredictionPrompt(
      { state: madeUpState(fourRounds), benchmark: arithmeticBenchmark, round: 3, turn: 1 },
      jsonForm,
    );
    const reply = model.reply(chat(prediction, { structured: true }), 0, 'predict');
    expect(Object.keys(JSON.parse(reply))).toEqual(['reason', 'score']);
    expect(parsePrediction(reply)).toHaveProperty('score');
  });
});

it('merges two workflows: the steps of the longer one, asked for what both ask for', () => {
  const solve = (prompt: string): Workflow => ({
    ...initial,
    prompts: { solve: prompt },
    steps: [
      { kind: 'call', id: 'answer', operator: 'custom', inputs: { instruction: 'solve', input: '{{ query.question }}' } },
      { kind: 'return', value: '{{ answer.response }}' },
    ],
  });
  const taken = (prompt: string) => ({ modification: prompt, workflow: solve(prompt) });
  const rounds = [
    first,
    { parentRound: 1, taken: taken('Solve it step by step.'), answers: ['2', '20', '9', '35'] },
    { parentRound: 1, taken: taken('Mind the units.'), answers: ['2', '20', '8', '36'] },
    { parentRound: 2, mergedRound: 3 },
  ];
  const request = {
    state: madeUpState(rounds),
    benchmark: arithmeticBenchmark,
    round: 4,
    turn: 1,
    answers: madeUpAnswers(rounds),
  };
  const workflows = proposals(buildProposalPrompt(request)).flatMap(({ parsed }) =>
    'failure' in parsed ? [] : [parsed.workflow],
  );
  expect(workflows.length).toBeGreaterThan(0.7 * proposalCount);
  for (const { prompts } of workflows) expect(prompts.solve).toBe('Solve it step by step.\nMind the units.');

  const failure = { kind: 'duplicate-workflow', message: 'this is the workflow of round 5 again' } as const;
  const again = [...rounds.slice(0, 3), { parentRound: 2, mergedRound: 3, refusals: [{ modification: '', failure, reply: '' }] }];
  const second = { ...request, state: madeUpState(again), turn: 2 };
  const others = proposals(buildProposalPrompt(second)).flatMap(({ parsed }) =>
    'failure' in parsed ? [] : [parsed.workflowHash],
  );
  expect(new Set(others).size, 'a merge that was made before gets an edit besides').toBeGreaterThan(5);
});
