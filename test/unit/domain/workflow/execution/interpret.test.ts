import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FailureError } from '../../../../../services/domain/failure.ts';
import type { Operator } from '../../../../../services/domain/operators/operator.ts';
import { operators } from '../../../../../services/domain/operators/registry.ts';
import type { ModelRequest } from '../../../../../services/domain/ports.ts';
import { workflowBounds } from '../../../../../services/domain/workflow/bounds.ts';
import type { ExecutionContext } from '../../../../../services/domain/workflow/execution/frame.ts';
import { interpretWorkflow } from '../../../../../services/domain/workflow/execution/interpret.ts';
import { parseWorkflow } from '../../../../../services/domain/workflow/parse-workflow.ts';
import type { Workflow } from '../../../../../services/domain/workflow/workflow.ts';
import { arbitraryWorkflow } from '../../../../support/arbitrary-workflow.ts';
import { executionContext, queryOf } from '../../../../support/execution-context.ts';
import { anyOperatorsReply, modelReply, promptNumber, scriptedModel } from '../../../../support/scripted-model.ts';

function workflowOf(steps: unknown, prompts: Record<string, string> = {}): Workflow {
  const parsed = parseWorkflow({ workflow: 1, prompts, steps });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.workflow;
}

const question = '{{query.question}}';
const answer = { id: 'answer', call: 'custom', with: { input: question } };
const drafts = { id: 'drafts', parallel: 3, steps: [{ ...answer, id: 'draft' }], yield: '{{draft.response}}' };

async function run(
  steps: unknown,
  reply: (request: ModelRequest) => unknown,
  context: Partial<ExecutionContext> = {},
  prompts = {},
) {
  const model = scriptedModel(async (request) => {
    const made = await reply(request);
    return made as string;
  });
  const outcome = await interpretWorkflow(workflowOf(steps, prompts), queryOf('1 + 1?'), executionContext({ model, ...context }));
  return { ...outcome, asked: model.requests.map(({ callId }) => callId) };
}

describe('an execution', () => {
  test('fills in prompts, calls the operator, and gives the answer', async () => {
    const steps = [{ ...answer, with: { input: question, instruction: 'solve' } }, { return: 'It is {{answer.response}}.' }];
    const model = scriptedModel(() => '2');
    const workflow = workflowOf(steps, { solve: 'Solve {{query.question}}\n' });
    const outcome = await interpretWorkflow(workflow, queryOf('1 + 1?'), executionContext({ model }));
    expect(outcome).toMatchObject({ answer: 'It is 2.', calls: [{ callId: 'answer/0', operator: 'custom' }] });
    expect(model.requests[0]?.messages).toEqual([{ role: 'user', content: 'Solve 1 + 1?\n\n1 + 1?' }]);
  });

  test('cannot read a field of the query that is not for workflows', async () => {
    const { failure } = await run([{ return: '{{query.hidden}}' }], () => '');
    expect(failure).toMatchObject({ kind: 'expression', step: 'steps[0]' });
  });

  test('names each call by its place, also in loops, branches and nested parallel steps', async () => {
    const steps = [
      { id: 'outer', parallel: 2, steps: [drafts], yield: '{{drafts[0]}}' },
      { loop: 2, steps: [answer] },
      { id: 'each', map: '{{outer}}', max: 20, steps: [{ ...answer, id: 'solved', with: { input: '{{item}}' } }] },
      { return: '{{each[1].response}}' },
    ];
    const { answer: text, asked, calls } = await run(steps, ({ callId }) => `by ${callId}`);
    expect(text).toBe('by each[1].solved/0');
    expect(calls.map(({ callId }) => callId)).toEqual([
      ...[0, 1].flatMap((outer) => [0, 1, 2].map((inner) => `outer[${outer}].drafts[${inner}].draft/0`)),
      'answer/0',
      'answer#2/0',
      'each[0].solved/0',
      'each[1].solved/0',
    ]);
    expect(new Set(asked).size).toBe(asked.length);
  });

  test('has all branches of a parallel step in flight at once', async () => {
    let waiting = 0;
    let release = () => {};
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { answer: text } = await run([drafts, { return: '{{drafts}}' }], async ({ callId }) => {
      waiting += 1;
      if (waiting === 3) release();
      await all;
      return callId;
    });
    expect(text).toBe('drafts[0].draft/0\n\ndrafts[1].draft/0\n\ndrafts[2].draft/0');
  });

  test('uses at most max items of a list, and none of an empty one', async () => {
    const steps = (list: string) => [{ id: 'm', map: list, max: 2, steps: [answer] }, { return: '{{string(size(m))}}' }];
    expect(await run(steps('{{["a", "b", "c"]}}'), () => 'x')).toMatchObject({
      answer: '2',
      asked: ['m[0].answer/0', 'm[1].answer/0'],
    });
    expect(await run(steps('{{[]}}'), () => 'x')).toMatchObject({ answer: '0', asked: [] });
  });

  test('repeats a loop while the condition holds, and at most so often', async () => {
    const steps = (condition: string) => [
      { id: 'n', set: 0 },
      { loop: 3, while: condition, steps: [{ id: 'n', set: '{{n + 1}}' }] },
      { return: '{{n}}' },
    ];
    expect((await run(steps('n < 2'), () => '')).answer).toBe('2');
    expect((await run(steps('true'), () => '')).answer).toBe('3');
    expect((await run(steps('n > 0'), () => '')).answer).toBe('0');
  });

  test('ends at a return inside branches and loops', async () => {
    const steps = [
      { loop: 3, steps: [answer, { if: 'answer.response == "b"', then: [{ return: 'early' }] }] },
      { return: 'late' },
    ];
    let call = 0;
    const replies = ['a', 'b', 'c'];
    expect(await run(steps, () => replies[call++])).toMatchObject({ answer: 'early', asked: ['answer/0', 'answer#2/0'] });
  });
});

describe('a failure', () => {
  test.each([
    ['cut-off', modelReply('half of', 'length'), 'cut off at the limit of 5 tokens'],
    ['content-filter', modelReply('', 'content-filter'), 'content filter'],
    ['tool-call', modelReply('Let me see.', 'tool-call'), 'called a tool'],
    ['empty-reply', modelReply(' \n', 'stop'), 'without any text'],
  ])('%s names the step', async (kind, reply, why) => {
    const { failure, calls } = await run([drafts, { return: 'x' }], ({ callId }) =>
      callId.startsWith('drafts[1]') ? reply : 'fine',
    );
    expect(failure).toMatchObject({ kind, step: 'drafts[1].draft' });
    expect(failure?.message).toContain('Step drafts[1].draft');
    expect(failure?.message).toContain(why);
    expect(calls).toHaveLength(3);
  });

  test('of the model client is the outcome, with the step that asked', async () => {
    const { failure } = await run([answer, { return: 'x' }], () => {
      throw new FailureError({ kind: 'context-overflow', message: 'the prompt has 40000 tokens, the model 32768' });
    });
    expect(failure).toEqual({
      kind: 'context-overflow',
      step: 'answer',
      message: 'Step answer: the prompt has 40000 tokens, the model 32768',
    });
  });

  test('of an expression names the step and the field', async () => {
    const { failure } = await run([drafts, { id: 'fourth', set: '{{drafts[3]}}' }, { return: '{{fourth}}' }], () => 'x');
    expect(failure).toMatchObject({ kind: 'expression', step: 'fourth' });
    expect(failure?.message).toMatch(/^Step fourth: set has no value: index 3 out of bounds/);
  });

  test('of the first branch is reported, whichever fails first, and the others finish', async () => {
    const { failure, calls } = await run([drafts, { return: 'x' }], async ({ callId }) => {
      if (callId.startsWith('drafts[0]')) return modelReply('', 'length');
      if (callId.startsWith('drafts[1]')) for (let turns = 0; turns < 5; turns += 1) await turn();
      return callId.startsWith('drafts[2]') ? modelReply('', 'content-filter') : 'late';
    });
    expect(failure).toMatchObject({ kind: 'cut-off', step: 'drafts[0].draft' });
    expect(calls).toHaveLength(3);
  });

  test('is the outcome of a workflow that was never validated, too', async () => {
    expect((await run([answer], () => 'x')).failure?.kind).toBe('no-answer');
    expect((await run([{ ...answer, call: 'no_such_operator' }], () => 'x')).failure?.kind).toBe('invalid-workflow');
    expect((await run([{ ...answer, with: {} }], () => 'x')).failure?.kind).toBe('operator-input');
    expect((await run([{ ...answer, with: { input: 'x', instruction: 'none' } }], () => 'x')).failure?.kind).toBe(
      'invalid-workflow',
    );
    expect((await run([{ id: 'b', call: 'sc_ensemble', with: { solutions: 'x' } }], () => 'x')).failure?.kind).toBe(
      'operator-input',
    );
    expect((await run([{ if: '{{1 + 1}}', then: [{ return: 'x' }] }], () => 'x')).failure?.kind).toBe('expression');
    expect((await run([{ id: 'p', parallel: 2, steps: [{ return: 'x' }] }], () => 'x')).failure?.kind).toBe('invalid-workflow');
  });

  test('comes before anything is spent if the workflow may make too many calls', async () => {
    const { failure, asked } = await run([drafts, { return: 'x' }], () => 'x', { maxCalls: 2 });
    expect(failure?.kind).toBe('call-limit');
    expect(asked).toEqual([]);
  });

  test('stops an operator that makes more calls than it says', async () => {
    const greedy: Operator = {
      ...(operators.get('custom') as Operator),
      run: async (_, { complete }) => {
        for (;;) await complete([{ role: 'user', content: 'more' }]);
      },
    };
    const { failure, asked } = await run([answer, { return: 'x' }], () => 'x', { operators: new Map([['custom', greedy]]) });
    expect(failure).toMatchObject({ kind: 'call-limit', step: 'answer' });
    expect(asked).toEqual(['answer/0']);
  });
});

describe('calls of one operator that are made at once', () => {
  const vote = { id: 'best', call: 'md_ensemble', with: { solutions: '{{["2", "3"]}}', problem: question } };
  const numberOf = ({ callId }: ModelRequest) => Number(callId.at(-1));

  test('have all ended when one of them fails, and the failure is that of the first, whichever came first', async () => {
    const { failure, calls, asked } = await run([vote, { return: '{{best.solution}}' }], async (request) => {
      // The later one was asked for, the sooner it comes.
      for (let turns = numberOf(request); turns < 5; turns += 1) await turn();
      const completionTokens = 100 + numberOf(request);
      const usage = { promptTokens: 1, completionTokens, cachedTokens: 0, reasoningTokens: 0 };
      const isCutOff = numberOf(request) === 1 || numberOf(request) === 3;
      return { ...modelReply('<choice>A</choice>'), usage, ...(isCutOff && { finishReason: 'length' as const }) };
    });
    expect(failure).toMatchObject({ kind: 'cut-off', message: expect.stringContaining('101 tokens') });
    expect([calls.length, asked.length]).toEqual([5, 5]);
  });

  test('are aborted by trouble with the infrastructure, and have ended when that is thrown', async () => {
    let left = 0;
    const complete: ExecutionContext['model']['complete'] = async (request, signal) => {
      if (numberOf(request) === 2) throw new RangeError('the server is gone');
      left += 1;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      await turn();
      left -= 1;
      throw signal.reason;
    };
    const ended = interpretWorkflow(workflowOf([vote]), queryOf('1 + 1?'), executionContext({ model: { complete } }));
    await expect(ended).rejects.toThrow('the server is gone');
    expect(left).toBe(0);
  });
});

describe('trouble with the infrastructure', () => {
  test('is thrown, and aborts the other branches', async () => {
    const aborted: string[] = [];
    const model: ExecutionContext['model'] = {
      complete: async ({ callId }, signal) => {
        if (callId.startsWith('drafts[1]')) throw new Error('connection lost');
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted.push(callId);
            reject(signal.reason);
          });
        });
        throw new Error('never');
      },
    };
    const outcome = interpretWorkflow(workflowOf([drafts, { return: 'x' }]), queryOf(''), executionContext({ model }));
    await expect(outcome).rejects.toThrow('connection lost');
    expect(aborted).toEqual(['drafts[0].draft/0', 'drafts[2].draft/0']);
  });

  test('counts for more than a failure in another branch', async () => {
    const reply = ({ callId }: ModelRequest) => {
      if (callId.startsWith('drafts[2]')) throw new Error('connection lost');
      return modelReply('', 'length');
    };
    await expect(run([drafts, { return: 'x' }], reply)).rejects.toThrow('connection lost');
  });

  test('such as an abort ends the execution before the next step', async () => {
    const abort = new AbortController();
    const asked: string[] = [];
    const reply = ({ callId }: ModelRequest) => {
      asked.push(callId);
      abort.abort(new Error('drained'));
      return 'x';
    };
    await expect(run([answer, { ...answer, id: 'second' }, { return: 'x' }], reply, { signal: abort.signal })).rejects.toThrow(
      'drained',
    );
    expect(asked).toEqual(['answer/0']);
  });
});

describe('any valid workflow', () => {
  test('makes no more and no fewer calls than its bounds say, and never fails on its own expressions', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryWorkflow, async (workflow) => {
        const bounds = workflowBounds(workflow, operators);
        let inFlight = 0;
        let widest = 0;
        const model = scriptedModel(async (request) => {
          inFlight += 1;
          widest = Math.max(widest, inFlight);
          await turn();
          inFlight -= 1;
          return anyOperatorsReply(request);
        });
        const { failure, calls } = await interpretWorkflow(workflow, queryOf('How many?'), executionContext({ model }));
        expect(failure).toBeUndefined();
        expect(calls.length).toBe(model.requests.length);
        expect(calls.length).toBeLessThanOrEqual(bounds.maxCalls);
        expect(calls.length).toBeGreaterThanOrEqual(bounds.minCalls);
        expect(widest).toBeLessThanOrEqual(bounds.maxWidth);
      }),
      { numRuns: 60 },
    );
  });

  test('has the same outcome in whatever order its calls are answered', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryWorkflow, fc.nat(5), async (workflow, salt) => {
        const outcome = (delay: (request: ModelRequest) => number) => {
          const model = scriptedModel(async (request) => {
            for (let turns = delay(request); turns > 0; turns -= 1) await turn();
            // Some replies fail, so that the choice among failures is tried too.
            return promptNumber(request) % 5 === 0 ? modelReply('', 'length') : anyOperatorsReply(request);
          });
          return interpretWorkflow(workflow, queryOf('How many?'), executionContext({ model }));
        };
        const late = await outcome(
          ({ callId }) => (callId.length * 7 + promptNumber({ callId, purpose: 'judge', messages: [] }) + salt) % 4,
        );
        expect(late).toEqual(await outcome(() => 0));
      }),
      { numRuns: 60 },
    );
  });
});
