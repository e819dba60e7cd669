import { createHash } from 'node:crypto';
import type { Benchmark } from '../../services/domain/benchmark.ts';
import { randomStream } from '../../services/domain/random.ts';
import type { RunConfiguration } from '../../services/domain/run/configuration.ts';
import { noUsage, tokensOf } from '../../services/domain/run/ledger/totals.ts';
import { canonicalHash } from '../../services/domain/workflow/canonical-hash.ts';
import type { Workflow } from '../../services/domain/workflow/workflow.ts';
import { encodeBenchmark } from '../../services/shared/contracts/benchmark-codec.ts';
import type { ModelCall } from '../../services/shared/contracts/generated/scale/v1/result.ts';
import { meterAfter } from '../../services/shared/models/attempt-meter.ts';
import type { JobWork } from '../../services/shared/worker/job-work.ts';

export function madeUpBenchmark(queryCount: number): Benchmark {
  return {
    name: 'made-up',
    split: 'validate',
    description: 'made up',
    queries: Array.from({ length: queryCount }, (_, index) => ({
      id: `q${index}`,
      fields: { question: `question ${index}` },
      reference: '1',
    })),
    inputs: ['question'],
    operators: ['custom'],
    scorer: 'gsm8k-strict',
    otherScorers: [],
    answerFormat: 'a number',
  };
}

export function contentHashOf(benchmark: Benchmark): string {
  return createHash('sha256').update(encodeBenchmark(benchmark)).digest('hex');
}

export const benchmark: Benchmark = madeUpBenchmark(40);

export const benchmarkHash = contentHashOf(benchmark);

const initialWorkflow: Workflow = {
  name: 'one call',
  description: '',
  prompts: {},
  steps: [
    { kind: 'call', id: 'answer', operator: 'custom', inputs: { input: '{{query.question}}' } },
    { kind: 'return', value: '{{answer.response}}' },
  ],
};
const initialHash = canonicalHash(initialWorkflow);

const model = { temperature: 0, topP: 1, maxTokens: 256, chatTemplateKwargs: {}, sendSeed: true };

export function configuration(seed: number): RunConfiguration {
  return {
    kind: 'search',
    name: 'simulation',
    seed,
    benchmark: { name: 'made-up', split: 'validate', contentHash: benchmarkHash, queryCount: 40, scorer: 'gsm8k-strict' },
    executor: { model: 'executor', ...model },
    optimizer: { model: 'optimizer', ...model },
    search: {
      maxRounds: 8,
      candidates: 4,
      lambda: 0.3,
      alpha: 0.2,
      proposalAttempts: 3,
      failingQueriesShown: 3,
      convergenceRounds: 0,
      convergenceTop: 3,
      convergenceZ: 0,
      tokenBudget: 0,
      maxCallsPerQuery: 20,
      canary: true,
      finalPick: { policy: 'halving', topK: 3, share: 0.3 },
    },
    evaluation: {
      method: 'scale',
      warmUpRounds: 2,
      fewShotRatio: 0.1,
      bins: 10,
      gamma: 0.1,
      draw: 'once',
      tau: 0.01,
      alphaMax: 0.9,
      alphaForm: 'product',
      predictionAttempts: 2,
      repeats: 1,
    },
    initialWorkflow,
  };
}

/** A workflow for each query. */
export function queryLevelConfiguration(seed: number): RunConfiguration {
  const { search, evaluation, ...rest } = configuration(seed);
  const { finalPick: _, canary: __, ...steering } = search;
  return {
    ...rest,
    kind: 'query-level',
    search: { ...steering, maxRounds: 1 },
    evaluation: { ...evaluation, method: 'full', warmUpRounds: 0, repeats: 2 },
  };
}

const proposal = (tag: string): string => `<modification>try ${tag}</modification>
<workflow>
workflow: 1
prompts:
  solve: "Solve it the way of ${tag}"
steps:
  - id: answer
    call: custom
    with: {input: "{{query.question}}", instruction: solve}
  - return: "{{answer.response}}"
</workflow>`;

/** A broken one repeats itself, which is refused in a search; for a query's own workflow it is no workflow at all. */
function proposed(asked: string, broken: boolean, { kind }: Pick<RunConfiguration, 'kind'>): string {
  if (broken && kind === 'query-level') return '<modification>none</modification>';
  return proposal(broken ? 'the same' : asked);
}

export interface Started {
  readonly jobId: string;
}

/** What the model's own server counts for a call that reached it, whatever became of the reply. */
export interface Served {
  readonly jobId: string;
  readonly attemptId: string;
  readonly tokens: number;
}

const drawn = new Map<string, number>();

/** Of the stream for this purpose; kept, since seeds do the same few searches. */
function firstDraw(seed: number, ...purpose: readonly string[]): number {
  const key = [seed, ...purpose].join(' ');
  const first = drawn.get(key) ?? randomStream(seed, ...purpose).next();
  drawn.set(key, first);
  return first;
}

/**
 * Work whose outcome is a hash of what was asked, prompts included, so it is the same whoever does it, whenever, and only then.
 * @param started hears of each call before it is sent
 * @param served hears of each call
 */
export function createMadeUpWork(
  worker: string,
  pause: () => Promise<void>,
  started: (work: Started) => void,
  served: (call: Served) => void = () => undefined,
): JobWork {
  return async ({ job, run, journal, record, stored, account, signal }) => {
    const model = job.work?.$case === 'execute' ? 'executor' : 'optimizer';
    const ask = async (text: string, callId: string): Promise<ModelCall> => {
      const known = journal.get(callId);
      if (known !== undefined) {
        account.replayed(known);
        return known;
      }
      const prompt = { promptTokens: 100, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
      const attempt = await meterAfter(account, stored).begin({ callId, model }, prompt);
      attempt.sending?.();
      if (signal.aborted) attempt.ended('refused', noUsage, false);
      signal.throwIfAborted();
      started({ jobId: job.jobId });
      const usage = { ...prompt, completionTokens: 10 + (text.length % 7) };
      served({ jobId: job.jobId, attemptId: attempt.id, tokens: tokensOf(usage) });
      await pause();
      signal.throwIfAborted();
      attempt.ended('answered', usage, false);
      const call: ModelCall = {
        callId,
        model,
        usage,
        attemptId: attempt.id,
        text,
        reasoning: '',
        finishReason: 'stop',
        latencyMs: 1,
        timeToFirstTokenMs: 1,
        attempts: 1,
        simulated: true,
        endpoint: worker,
        usageEstimated: false,
        promptCut: false,
        servedModel: '',
        samples: [],
      };
      await record(call);
      // As if a program ran next: what the call has cost must be known to whoever does the job again.
      if (firstDraw(run.configuration.seed, 'goes on', job.jobId) < 0.5) {
        await stored();
        await pause();
        signal.throwIfAborted();
      }
      return call;
    };
    // The hash of a prompt: a coordinator that asks with another one gets another reply.
    const asked = job.work?.$case === 'execute' ? job.jobId : `${job.jobId} ${job.work?.value.promptBlob.slice(0, 8)}`;
    if (job.work?.$case === 'execute') {
      const made = await ask('an answer', 'answer/0');
      const { workflowHash } = job.work.value;
      if (workflowHash !== initialHash && firstDraw(run.configuration.seed, 'broken', workflowHash) < 0.3) {
        const failure = { kind: 'no-answer', message: 'it ended without a return', step: '' };
        return {
          outcome: { $case: 'execution', value: { answer: '', extracted: '', score: 0, otherScores: {}, failure } },
          calls: [made],
        };
      }
      const score = firstDraw(run.configuration.seed, asked) < 0.7 ? 1 : 0;
      return {
        outcome: {
          $case: 'execution',
          // Kept by the log only where the optimizer is told.
          value: { answer: String(score), extracted: '', score, otherScores: {}, feedback: `of ${job.jobId}` },
        },
        calls: [made],
      };
    }
    const random = randomStream(run.configuration.seed, asked);
    const broken = random.next() < 0.2;
    const text =
      job.work?.$case === 'propose'
        ? proposed(asked, broken, run.configuration)
        : `<box>${broken ? 'high' : random.next().toFixed(3)}</box>`;
    const made = await ask(text, 'complete');
    return { outcome: { $case: 'completion', value: { text, finishReason: 'stop' } }, calls: [made] };
  };
}
