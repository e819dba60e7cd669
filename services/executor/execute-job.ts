import type { Failure } from '../domain/failure.ts';
import { operators } from '../domain/operators/registry.ts';
import type { CodeRunner } from '../domain/ports.ts';
import { type AnswerScores, noScores, scoreAnswer } from '../domain/scoring/score-answer.ts';
import { interpretWorkflow } from '../domain/workflow/execution/interpret.ts';
import type { Workflow } from '../domain/workflow/workflow.ts';
import type { Job } from '../shared/contracts/generated/scale/v1/job.ts';
import type { ModelCall } from '../shared/contracts/generated/scale/v1/result.ts';
import { Workflow as WorkflowMessage } from '../shared/contracts/generated/scale/v1/workflow.ts';
import { failureToProto } from '../shared/contracts/result-codec.ts';
import { workflowFromProto } from '../shared/contracts/workflow-codec.ts';
import type { Bus } from '../shared/messaging/bus.ts';
import { attribute } from '../shared/telemetry/conventions.ts';
import { inSpan, type SpanStart } from '../shared/telemetry/tracing.ts';
import { bodyOfJob } from '../shared/worker/body-of-job.ts';
import type { ModelClients } from '../shared/worker/calls/model-clients.ts';
import type { JobOutcome, JobWork } from '../shared/worker/job-work.ts';
import { createJudgeClients } from './judge-clients.ts';
import { type NotedRunner, notePrograms } from './note-programs.ts';
import { tracedOperators, tracedPrograms } from './trace-execution.ts';

export interface ExecuteDependencies {
  readonly bus: Bus;
  readonly models: ModelClients;
  /** Runs programs that models wrote. Without it, a step or scorer that needs one refuses to work. */
  readonly code?: CodeRunner;
  /** Told of faults that cost no execution. */
  readonly warn?: (message: string) => void;
}

const workflowsKept = 64;
const usedOperators = tracedOperators(operators);

/** Runs a workflow on a query, once, and scores what it returns. */
export function createExecuteWork({ bus, models, code, warn }: ExecuteDependencies): JobWork {
  const workflows = new Map<string, Promise<Workflow>>();
  const workflowOf = (job: Job, blob: string): Promise<Workflow> => {
    const known = workflows.get(blob);
    if (known) return known;
    const loading = bodyOfJob(job, blob, bus.blobs).then((bytes) => workflowFromProto(WorkflowMessage.decode(bytes)));
    loading.catch(() => workflows.delete(blob));
    workflows.set(blob, loading);
    const oldest = workflows.keys().next().value;
    if (workflows.size > workflowsKept && oldest !== undefined) workflows.delete(oldest);
    return loading;
  };

  return async (context) => {
    const { job, run, signal } = context;
    if (job.work?.$case !== 'execute') throw new Error(`job ${job.jobId} is not an execution`);
    const { workflowHash, queryIndex, repeat, workflowBlob } = job.work.value;
    const { configuration } = run;
    const [workflow, benchmark] = await Promise.all([workflowOf(job, workflowBlob), run.benchmark()]);
    const query = benchmark.queries[queryIndex];
    if (!query) throw new Error(`benchmark ${benchmark.name} has no query ${queryIndex}`);
    const seed = [configuration.seed, workflowHash, query.id, repeat] as const;
    const draw = [repeat];
    const { client, calls } = models.clientFor({ ...context, role: 'executor', prefixKey: workflowHash, seed, draw });
    const programs = code && notePrograms(tracedPrograms(code), () => void context.stored().catch(() => undefined));
    const { answer, failure } = await inSpan(
      () => workflowSpan(workflowHash),
      async (span) => {
        const ended = await interpretWorkflow(workflow, query, {
          model: client,
          code: programs,
          operators: usedOperators,
          seed,
          inputs: benchmark.inputs,
          maxCalls: configuration.search.maxCallsPerQuery,
          signal,
        });
        if (ended.failure) span.failed(ended.failure.kind);
        return ended;
      },
    );
    if (failure) return outcomeOf({ answer, scores: noScores(benchmark), failure }, calls(), programs);
    const judges = createJudgeClients(configuration.executor, (settings) =>
      models.clientFor({ ...context, role: 'executor', settings, prefixKey: `judge/${benchmark.name}`, seed, draw }),
    );
    const scored = await inSpan({ name: 'score' }, async (span) => {
      const result = await scoreAnswer(answer, query, benchmark, { code: programs, judge: judges.clientFor, signal });
      span.set({ [attribute.score]: result.scores.score });
      return result;
    });
    for (const { message } of scored.otherFailures) warn?.(`query ${query.id}: ${message}; it counts as 0 there`);
    return outcomeOf({ answer, ...scored }, [...calls(), ...judges.calls()], programs);
  };
}

/** A workflow is what GenAI conventions call an agent. */
function workflowSpan(hash: string): SpanStart {
  return {
    name: `invoke_workflow ${hash.slice(0, 12)}`,
    attributes: {
      [attribute.genAiOperation]: 'invoke_workflow',
      [attribute.genAiAgentName]: hash.slice(0, 12),
      [attribute.workflow]: hash,
    },
  };
}

interface Executed {
  readonly answer: string;
  readonly scores: AnswerScores;
  readonly failure?: Failure;
}

function outcomeOf(
  { answer, scores, failure }: Executed,
  calls: readonly ModelCall[],
  programs: NotedRunner | undefined,
): JobOutcome {
  const failed = failure && { failure: failureToProto(failure) };
  return { outcome: { $case: 'execution', value: { answer, ...scores, ...failed, ...programs?.noted() } }, calls };
}
