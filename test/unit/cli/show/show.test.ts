import { describe, expect, it } from 'vitest';
import { describeExecution } from '../../../../services/cli/show/describe-execution.ts';
import { diffWorkflows } from '../../../../services/cli/show/diff-workflows.ts';
import { plainText, quoted } from '../../../../services/cli/show/plain-text.ts';
import { queryIn } from '../../../../services/cli/show/query-in.ts';
import {
  describeRound,
  describeRounds,
  executionRows,
  roundOf,
  roundsShown,
} from '../../../../services/cli/show/rounds-shown.ts';
import type { Benchmark } from '../../../../services/domain/benchmark.ts';
import { reportRounds } from '../../../../services/domain/report/report-rounds.ts';
import { progressOf } from '../../../../services/domain/report/run-progress.ts';
import type { Workflow } from '../../../../services/domain/workflow/workflow.ts';
import { ModelCall, Result } from '../../../../services/shared/contracts/generated/scale/v1/result.ts';
import { progressToProto } from '../../../../services/shared/contracts/progress-codec.ts';
import { executionShown } from '../../../../services/shared/runs/execution-shown.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

const signal = new AbortController().signal;
const query = { id: 'q1', fields: { question: '6 + 5?' }, reference: '11' };
const benchmark: Benchmark = {
  ...{ name: 'sums', split: 'validate', description: '', queries: [query], inputs: ['question'], operators: ['custom'] },
  ...{ scorer: 'strict', otherScorers: ['aflow'], answerFormat: '' },
};
const workflow: Workflow = {
  name: 'two steps',
  description: '',
  prompts: { ask: 'Answer with a number.', check: 'Is it right?' },
  steps: [
    { kind: 'call', id: 'draft', operator: 'custom', inputs: { input: '{{ query.question }}', instruction: 'ask' } },
    { kind: 'call', id: 'final', operator: 'custom', inputs: { input: '{{ draft.response }}', instruction: 'check' } },
    { kind: 'return', value: '{{ final.response }}' },
  ],
} as unknown as Workflow;

const call = (callId: string, text: string) =>
  ModelCall.fromPartial({ callId, model: 'qwen', text, finishReason: 'stop', attempts: 2, latencyMs: 312, reasoning: 'so' });

function shownOf(calls: ModelCall[], more: object = {}) {
  const execution = { answer: 'It is 12.', extracted: '12', score: 0, otherScores: { aflow: 0.5 }, ...more };
  const result = Result.fromPartial({ calls, elapsedMs: 700, outcome: { $case: 'execution', value: execution } });
  const configuration = madeUpConfiguration({ queryCount: 1 });
  return executionShown({ result, workflow, workflowHash: 'abc', query, repeat: 0, benchmark, configuration }, signal);
}

describe('an execution', () => {
  it('is shown from its query to its score: each prompt, each reply in the order of the workflow, and what was compared', async () => {
    const shown = await shownOf([call('final/0', 'It is 12.'), call('draft/0', 'twelve')]);
    expect(shown.calls.map(({ callId }) => callId)).toEqual(['draft/0', 'final/0']);
    expect(JSON.stringify(shown.calls[0]?.messages)).toContain('6 + 5?');
    expect(JSON.stringify(shown.calls[1]?.messages)).toContain('twelve');
    const text = describeExecution(shown);
    for (const part of [
      '| 6 + 5?',
      '| twelve',
      '312 ms',
      '2 attempts',
      '| so',
      '| 11',
      'Taken for the answer\n    | 12',
      'aflow 0.5000',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('of an older result says where the prompts end, and shows the reply all the same', async () => {
    const shown = await shownOf([call('final/0', 'It is 12.')]);
    expect(shown.stoppedAt).toContain('draft/0');
    const text = describeExecution(shown);
    expect(text).toContain('prompt not on record');
    expect(text).toContain('| It is 12.');
  });

  it("says what came of the scorer's program", async () => {
    const programs = { runs: [{ key: 'k', verdict: 'failed', error: 'AssertionError: 3', output: '', result: '', cpuMs: 1 }] };
    const shown = await shownOf([call('draft/0', 'x'), call('final/0', 'y')], { programs });
    expect(describeExecution(shown)).toContain("The scorer's program: failed\n    | AssertionError: 3");
  });
});

describe('texts on a terminal', () => {
  it('cannot steer it', () => {
    const hostile = 'a\u001b[31mb\u0007c\u009bd\u202ee\rf\r\ng\th \ud800';
    expect(plainText(hostile)).toBe('a\ufffd[31mb\ufffdc\ufffdd\ufffde\nf\ng\th \ufffd');
    expect(quoted('')).toBe('    (empty)');
    expect(quoted('a\n\nb\n')).toBe('    | a\n    |\n    | b');
  });
});

describe('rounds', () => {
  const state = continueRun(madeUpWorld(), madeUpConfiguration({ queryCount: 12, search: { maxRounds: 4 } })).state;
  const queries = Array.from({ length: 12 }, (_, index) => ({ id: `q${index}`, fields: {}, reference: '' }));

  it('have one best, and the tokens of an answer', () => {
    const rounds = roundsShown(state);
    expect(rounds).toHaveLength(4);
    expect(rounds.filter(({ isBest }) => isBest)).toHaveLength(1);
    expect(rounds[0]).toMatchObject({ round: 1, queries: 12, tokensAnAnswer: expect.any(Number) });
    expect(rounds[0]).not.toHaveProperty('parentRound');
  });

  it('have the figures that the report has, and beside them what the final pick has executed', () => {
    const configuration = madeUpConfiguration({
      queryCount: 40,
      search: { maxRounds: 4, finalPick: { policy: 'race', topK: 3, share: 0.3 } },
      evaluation: { method: 'few-shot', warmUpRounds: 0, fewShotRatio: 0.1 },
    });
    const picked = continueRun(madeUpWorld(), configuration).state;
    const rounds = roundsShown(picked);
    for (const { round, executions, answer } of reportRounds(picked, [])) {
      expect(rounds[round - 1]).toMatchObject({ scoredQueries: executions, tokensAnAnswer: answer?.tokens });
    }
    const best = rounds.find(({ isBest }) => isBest);
    expect(best?.queries).toBeGreaterThan(4);
    // What `scale status` and `scale list` are told.
    expect(progressToProto(picked, progressOf(picked, undefined, new Map(), 0)).bestAnswerTokens).toBe(best?.tokensAnAnswer);
    expect(describeRounds(rounds)).toContain(`4 + ${(best?.queries ?? 0) - 4}`);
  });

  it('show their executions, the worst first, and how the workflow differs from its parent', () => {
    const round = roundOf(state, 'run', 2);
    const rows = executionRows(state, round, { queries });
    expect(rows.map(({ score }) => score)).toEqual(rows.map(({ score }) => score).toSorted((one, other) => one - other));
    const text = describeRound(state, round, rows, 3);
    expect(text).toContain(`Executions, the worst first (${Math.min(3, rows.length)} of ${rows.length})`);
    expect(text).toContain('Against round 1\n@@');
  });

  it('that do not exist are refused, with how many there are', () => {
    expect(() => roundOf(state, 'run', 9)).toThrow('run run has no round 9: it has 4');
  });

  it('of one workflow do not differ', () => {
    expect(diffWorkflows(workflow, workflow)).toBe('');
    expect(diffWorkflows(workflow, { ...workflow, prompts: { ...workflow.prompts, ask: 'Answer.' } })).toMatch(
      /^@@[\s\S]*\n-.*number[\s\S]*\n\+/,
    );
  });
});

describe('--query', () => {
  const numbered = { name: 'numbers', queries: ['7', '0', 'c'].map((id) => ({ id, fields: {}, reference: '' })) };
  it('is an id before it is a place', () => {
    expect(queryIn(numbered, '0')).toBe(1);
    expect(queryIn(numbered, '2')).toBe(2);
    for (const wanted of ['3', '-1', 'C', '']) expect(() => queryIn(numbered, wanted)).toThrow('a place from 0 to 2');
  });
});
