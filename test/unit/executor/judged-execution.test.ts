import { describe, expect, it } from 'vitest';
import type { Benchmark, ScorerSettings } from '../../../services/domain/benchmark.ts';
import { createExecuteWork } from '../../../services/executor/execute-job.ts';
import { singleCallWorkflow } from '../../../services/shared/benchmarks/single-call-workflow.ts';
import type { ModelCall } from '../../../services/shared/contracts/generated/scale/v1/result.ts';
import { Workflow } from '../../../services/shared/contracts/generated/scale/v1/workflow.ts';
import { workflowToProto } from '../../../services/shared/contracts/workflow-codec.ts';
import type { Bus } from '../../../services/shared/messaging/bus.ts';
import { createJournaledModelClient } from '../../../services/shared/models/journaled-model-client.ts';
import { replyOf } from '../../../services/shared/models/model-call.ts';
import type { ModelClients, ModelJob } from '../../../services/shared/worker/calls/model-clients.ts';
import type { JobContext } from '../../../services/shared/worker/job-work.ts';
import { configuration } from '../../simulation/made-up-work.ts';
import { noAccount } from '../../support/no-account.ts';

const judge: ScorerSettings = {
  kind: 'judge',
  options: { prompt: '{{ query.question }} {{ answer }}', best: 1, model: 'judging', max_tokens: 50 },
};
const exact: ScorerSettings = { kind: 'exact-match', options: { ignore: ['case'], alternatives: '', marked: true } };

function benchmarkScoredBy(scorer: string, otherScorers: readonly string[]): Benchmark {
  return {
    name: 'own',
    split: 'validate',
    description: '',
    queries: [{ id: 'q0', fields: { question: 'Why?' }, reference: 'because' }],
    inputs: ['question'],
    operators: ['custom'],
    scorer,
    otherScorers,
    answerFormat: '',
    ownScorers: { judged: judge, exact },
  };
}

/** A job on a workflow of one call, done with models that say what is given by call id. */
function execute(benchmark: Benchmark, replies: Readonly<Record<string, string>>, journaled: readonly ModelCall[] = []) {
  const asked: { callId: string; model: string; temperature: number | null }[] = [];
  const warnings: string[] = [];
  const models: Pick<ModelClients, 'clientFor'> = {
    clientFor: ({ run, settings = run.configuration.executor, journal }: ModelJob) => {
      const used = new Map<string, ModelCall>();
      const client = {
        complete: async ({ callId }: { callId: string }) => {
          asked.push({ callId, model: settings.model, temperature: settings.temperature });
          const call = callOf(callId, settings.model, replies[callId] ?? '');
          used.set(callId, call);
          return replyOf(call);
        },
      };
      const journaledClient = createJournaledModelClient(client, journal, (call) => void used.set(call.callId, call));
      return { client: journaledClient, calls: () => [...used.values()] };
    },
  };
  const bytes = Workflow.encode(workflowToProto(singleCallWorkflow('{{ query.question }}'))).finish();
  const bus = { blobs: { get: async () => bytes } } as unknown as Bus;
  const work = createExecuteWork({ bus, models: models as ModelClients, warn: (message) => warnings.push(message) });
  const value = { workflowHash: 'h', queryIndex: 0, repeat: 0, workflowBlob: 'b' };
  const job = {
    schemaVersion: 1,
    runId: 'r',
    jobId: 'j',
    epoch: 1,
    newUnder: '',
    timeLimitMs: 1000,
    bodies: [],
    work: { $case: 'execute' as const, value },
  };
  const context: JobContext = {
    job,
    run: { runId: 'r', configuration: configuration(1), endpoints: [], benchmark: async () => benchmark },
    journal: new Map(journaled.map((call) => [call.callId, call])),
    record: async () => undefined,
    stored: async () => undefined,
    account: noAccount,
    signal: new AbortController().signal,
  };
  return work(context).then((outcome) => ({ ...outcome, asked, warnings }));
}

function callOf(callId: string, model: string, text: string): ModelCall {
  const usage = { promptTokens: 7, completionTokens: 3, cachedTokens: 0, reasoningTokens: 0 };
  return {
    ...{ callId, model, text, usage, reasoning: '', finishReason: 'stop', latencyMs: 1, timeToFirstTokenMs: 1 },
    ...{
      attempts: 1,
      simulated: false,
      endpoint: 'e',
      usageEstimated: false,
      promptCut: false,
      servedModel: model,
      samples: [],
      attemptId: '',
    },
  };
}

describe('an execution whose answer a model judges', () => {
  it("counts the judge's calls among its own, at temperature 0, on the judge's model", async () => {
    const { outcome, calls, asked } = await execute(benchmarkScoredBy('judged', ['exact']), {
      'answer/0': 'Because',
      '@judged/0': '<score>0.5</score>',
    });
    expect(outcome).toMatchObject({ $case: 'execution', value: { score: 0.5, answer: 'Because', otherScores: { exact: 1 } } });
    expect(calls.map(({ callId, model }) => [callId, model])).toEqual([
      ['answer/0', 'executor'],
      ['@judged/0', 'judging'],
    ]);
    expect(asked.at(-1)).toEqual({ callId: '@judged/0', model: 'judging', temperature: 0 });
  });

  it('does not pay the judge again when the job comes back', async () => {
    const journaled = [callOf('answer/0', 'executor', 'Because'), callOf('@judged/0', 'judging', '<score>1</score>')];
    const { outcome, calls, asked } = await execute(benchmarkScoredBy('judged', []), {}, journaled);
    expect(outcome).toMatchObject({ value: { score: 1 } });
    expect(asked).toEqual([]);
    expect(calls).toHaveLength(2);
  });

  it('fails by type without a verdict, and what was spent counts', async () => {
    const { outcome, calls } = await execute(benchmarkScoredBy('judged', ['exact']), {
      'answer/0': 'Because',
      '@judged/0': 'Fine.',
    });
    expect(outcome).toMatchObject({
      value: { score: 0, answer: 'Because', otherScores: { exact: 0 }, failure: { kind: 'scorer' } },
    });
    expect(calls.map(({ callId }) => callId)).toEqual(['answer/0', '@judged/0', '@judged/1']);
  });

  it('keeps its score if only a scorer beside the first one fails, and says so', async () => {
    const { outcome, warnings } = await execute(benchmarkScoredBy('exact', ['judged']), { 'answer/0': 'Because' });
    expect(outcome).toMatchObject({ value: { score: 1, otherScores: { judged: 0 } } });
    expect(outcome).not.toHaveProperty('value.failure');
    expect(warnings).toEqual([expect.stringMatching(/^query q0: the judge judged failed: no verdict .*; it counts as 0 there$/)]);
  });
});
