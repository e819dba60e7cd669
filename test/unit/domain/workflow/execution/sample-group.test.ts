import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FailureError } from '../../../../../services/domain/failure.ts';
import type { ModelClient, ModelReply, ModelRequest } from '../../../../../services/domain/ports.ts';
import { interpretWorkflow } from '../../../../../services/domain/workflow/execution/interpret.ts';
import { parseWorkflow } from '../../../../../services/domain/workflow/parse-workflow.ts';
import type { Workflow } from '../../../../../services/domain/workflow/workflow.ts';
import { arbitraryWorkflow } from '../../../../support/arbitrary-workflow.ts';
import { executionContext, queryOf } from '../../../../support/execution-context.ts';
import { anyOperatorsReply, modelReply } from '../../../../support/scripted-model.ts';

function workflowOf(steps: unknown): Workflow {
  const parsed = parseWorkflow({ workflow: 1, steps });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.workflow;
}

const call = (id: string, input = '{{query.question}}') => ({ id, call: 'custom', with: { input } });

interface Sampling {
  readonly model: ModelClient;
  /** Ids of calls, those of samples with their number. */
  readonly asked: string[];
}

/** A model that draws by the prompt and the seed, and gives at most so many samples a request. */
function samplingModel(most: number, pause: () => Promise<unknown> = turn): Sampling {
  const asked: string[] = [];
  const drawn = (request: ModelRequest, place: number): ModelReply =>
    modelReply(`${anyOperatorsReply(request)}<!-- ${request.sampleOf?.callId ?? request.callId} ${place} -->`);
  return {
    asked,
    model: {
      complete: async (request) => {
        asked.push(request.callId);
        await pause();
        return drawn(request, request.sampleOf?.place ?? 0);
      },
      sample: async (request, count) => {
        asked.push(`${request.callId} x${count}`);
        await pause();
        return Array.from({ length: Math.min(most, count) }, (_, place) => drawn(request, place));
      },
    },
  };
}

async function run(steps: unknown, most = Number.POSITIVE_INFINITY, pause?: () => Promise<unknown>) {
  const { model, asked } = samplingModel(most, pause);
  const outcome = await interpretWorkflow(workflowOf(steps), queryOf('1 + 1?'), executionContext({ model }));
  return { ...outcome, asked };
}

const drafts = (steps: unknown[], times = 3) => ({ id: 'drafts', parallel: times, steps, yield: '{{draft.response}}' });
const end = { return: '{{drafts[0]}} {{query.question}}' };

describe('samples of one prompt', () => {
  test('are asked for at once where branches begin with the same call, and keep their places', async () => {
    const { asked, calls, answer } = await run([drafts([call('draft')]), end]);
    expect(asked).toEqual(['drafts[0].draft/0 x3']);
    expect(calls.map(({ callId }) => callId)).toEqual([0, 1, 2].map((branch) => `drafts[${branch}].draft/0`));
    expect(new Set(calls.map(({ reply }) => reply.text)).size).toBe(3);
    expect(answer).toContain('drafts[0].draft/0 0');
  });

  test('are joined for the first calls alone: what follows depends on the replies', async () => {
    const { asked } = await run([drafts([call('first'), call('draft', '{{first.response}}')]), end]);
    expect(asked.toSorted()).toEqual(['drafts[0].draft/0', 'drafts[0].first/0 x3', 'drafts[1].draft/0', 'drafts[2].draft/0']);
  });

  test('are not joined in a map, nor across branches that begin with branches of their own', async () => {
    const inner = { id: 'inner', parallel: 2, steps: [call('one')], yield: '{{one.response}}' };
    const { asked } = await run([
      { id: 'drafts', parallel: 2, steps: [inner, call('last', '{{inner[0]}}')], yield: '{{last.response}}' },
      { id: 'each', map: '{{drafts}}', max: 3, steps: [call('mapped')], yield: '{{mapped.response}}' },
      end,
    ]);
    expect(asked.toSorted()).toEqual([
      'drafts[0].inner[0].one/0 x2',
      'drafts[0].last/0',
      'drafts[1].inner[0].one/0 x2',
      'drafts[1].last/0',
      'each[0].mapped/0',
      'each[1].mapped/0',
    ]);
  });

  test('are asked for one by one where the server gives fewer, as the samples that it would have given', async () => {
    const steps = [drafts([call('draft')], 5), { return: '{{drafts.map(d, d).join(" ")}} {{query.question}}' }];
    const whole = await run(steps);
    for (const most of [1, 2, 4]) {
      const parts = await run(steps, most);
      expect(parts.answer).toBe(whole.answer);
      expect(parts.asked).toEqual(['drafts[0].draft/0 x5', ...[0, 1, 2, 3, 4].slice(most).map((at) => `drafts[${at}].draft/0`)]);
    }
  });

  test('fail together, each branch in its own name', async () => {
    const failure = { kind: 'content-filter', message: 'no' } as const;
    const sample = async () => Promise.reject(new FailureError(failure));
    const model = { ...samplingModel(9).model, sample };
    const workflow = workflowOf([drafts([call('draft')]), end]);
    const outcome = await interpretWorkflow(workflow, queryOf('?'), executionContext({ model }));
    expect(outcome.failure).toMatchObject({ kind: 'content-filter', step: 'drafts[0].draft' });
  });

  test('an abort ends those that wait for others', async () => {
    const cut = new AbortController();
    const model = {
      complete: async (_: ModelRequest, signal: AbortSignal) => {
        cut.abort(new Error('cut'));
        signal.throwIfAborted();
        return modelReply('');
      },
      sample: async () => [modelReply('')],
    };
    // One branch of two calls at once, of which the second is nobody's sample.
    const steps = [
      {
        id: 'drafts',
        parallel: 2,
        steps: [{ id: 'draft', call: 'md_ensemble', with: { solutions: '{{["a", query.question]}}', problem: 'x' } }],
      },
      { return: '{{query.question}}' },
    ];
    const running = interpretWorkflow(workflowOf(steps), queryOf('?'), executionContext({ model, signal: cut.signal }));
    await expect(running).rejects.toThrow('cut');
  });

  test('change nothing of an execution, whoever answers first and however many come at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryWorkflow,
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.nat(3)),
        async (workflow, most, waits) => {
          const pause = async () => {
            for (let left = waits.next().value ?? 0; left > 0; left -= 1) await turn();
          };
          const outcomes = await Promise.all(
            [samplingModel(Number.POSITIVE_INFINITY), samplingModel(most, pause)].map(async ({ model }) => {
              const { answer, failure, calls } = await interpretWorkflow(
                workflow,
                queryOf('1 + 1?'),
                executionContext({ model }),
              );
              return { answer, failure, replies: calls.map(({ callId, reply }) => [callId, reply.text]) };
            }),
          );
          expect(outcomes[1]).toEqual(outcomes[0]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
