import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operators } from '../../../../../services/domain/operators/registry.ts';
import type { CodeVerdict, ModelReply } from '../../../../../services/domain/ports.ts';
import { interpretWorkflow } from '../../../../../services/domain/workflow/execution/interpret.ts';
import { programKey } from '../../../../../services/domain/workflow/execution/program-key.ts';
import { retrace } from '../../../../../services/domain/workflow/execution/retrace.ts';
import { arbitraryWorkflow } from '../../../../support/arbitrary-workflow.ts';
import { executionContext, queryOf } from '../../../../support/execution-context.ts';
import { anyOperatorsReply, modelReply, scriptedModel } from '../../../../support/scripted-model.ts';

const query = queryOf('6 + 5?');
const verdict = (result: string): CodeVerdict => ({
  ...{ passed: true, kind: 'passed', output: '', error: '', result, cpuMs: 1, outputTruncated: false, isolation: 'none' },
});

/** An execution, and what is kept of it. */
async function executed(workflow: Parameters<typeof interpretWorkflow>[0], joined = false) {
  const kept = new Map<string, ModelReply[]>();
  const verdicts = new Map<string, CodeVerdict>();
  const model = scriptedModel((request) => modelReply(anyOperatorsReply(request)));
  const context = executionContext({
    model: {
      complete: async (request, signal) => {
        const reply = await model.complete(request, signal);
        kept.set(request.callId, [reply]);
        return reply;
      },
      ...(joined && {
        sample: async (request, count) => {
          model.requests.push(request);
          const replies = Array.from({ length: count }, (_, place) =>
            modelReply(`${anyOperatorsReply(request)} sample ${place}`),
          );
          kept.set(request.callId, replies);
          return replies;
        },
      }),
    },
    code: {
      run: async (program) => {
        const found = verdict(String(program.code.length));
        verdicts.set(programKey(program), found);
        return found;
      },
    },
  });
  const outcome = await interpretWorkflow(workflow, query, context);
  const { seed, inputs, signal } = context;
  const recorded = {
    replies: (callId: string) => kept.get(callId),
    joined: [...kept.values()].some(({ length }) => length > 1),
    verdict: (key: string) => verdicts.get(key),
  };
  const again = { seed, inputs, signal, operators, maxCalls: Number.POSITIVE_INFINITY };
  return { outcome, requests: model.requests, kept, verdicts, recorded, again };
}

describe('retrace', () => {
  it('finds the prompts that were sent, and the same outcome, for any workflow', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryWorkflow, fc.boolean(), async (workflow, joined) => {
        const { outcome, requests, recorded, again } = await executed(workflow, joined);
        const traced = await retrace(workflow, query, recorded, again);
        expect(traced.stoppedAt).toBeUndefined();
        expect(traced.outcome).toEqual(outcome);
        const sent = requests.map(({ callId, messages }) => ({ callId, messages }));
        expect(new Set(traced.calls.map((call) => JSON.stringify(call)))).toEqual(
          new Set(sent.map((call) => JSON.stringify(call))),
        );
      }),
      { numRuns: 100, seed: 20_261_129 },
    );
  });

  it('ends where the record ends, and says where', async () => {
    const workflow = {
      ...{ name: 'two', description: '', prompts: { ask: 'Answer.' } },
      steps: [
        { kind: 'call', id: 'one', operator: 'custom', inputs: { input: '{{ query.question }}', instruction: 'ask' } },
        { kind: 'call', id: 'two', operator: 'custom', inputs: { input: '{{ one.response }}', instruction: 'ask' } },
        { kind: 'return', value: '{{ two.response }}' },
      ],
    } as unknown as Parameters<typeof interpretWorkflow>[0];
    const { kept, recorded, again } = await executed(workflow);
    kept.delete('two/0');
    const traced = await retrace(workflow, query, recorded, again);
    expect(traced.outcome).toBeUndefined();
    expect(traced.calls.map(({ callId }) => callId)).toEqual(['one/0', 'two/0']);
    expect(traced.stoppedAt).toContain('two/0');
  });
});

describe('programKey', () => {
  it('is of all that decides what a program does, and not of its limits', () => {
    const program = { code: 'x = 1', timeLimitMs: 1000 };
    expect(programKey({ ...program, timeLimitMs: 5 })).toBe(programKey(program));
    expect(programKey({ ...program, tests: '', stdin: '' })).toBe(programKey(program));
    const others = [{ code: 'x = 2' }, { tests: 'x' }, { entry: 'x' }, { stdin: 'x' }].map((part) =>
      programKey({ ...program, ...part }),
    );
    expect(new Set([programKey(program), ...others]).size).toBe(5);
  });
});
