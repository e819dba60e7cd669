import { operators } from '../domain/operators/registry.ts';
import { scorerOf } from '../domain/scoring/registry.ts';
import { interpretWorkflow } from '../domain/workflow/interpret.ts';
import type { Workflow } from '../domain/workflow/workflow.ts';
import { Workflow as WorkflowMessage } from '../shared/contracts/generated/scale/v1/workflow.ts';
import { failureToProto } from '../shared/contracts/result-codec.ts';
import { workflowFromProto } from '../shared/contracts/workflow-codec.ts';
import type { Bus } from '../shared/messaging/bus.ts';
import type { ModelClients } from '../shared/models/model-clients.ts';
import type { JobWork } from '../shared/worker/job-work.ts';

export interface ExecuteDependencies {
  readonly bus: Bus;
  readonly models: ModelClients;
}

const workflowsKept = 64;

/** Runs a workflow on a query, once, and scores what it returns. */
export function createExecuteWork({ bus, models }: ExecuteDependencies): JobWork {
  const workflows = new Map<string, Promise<Workflow>>();
  const workflowOf = (blob: string): Promise<Workflow> => {
    const known = workflows.get(blob);
    if (known) return known;
    const loading = bus.blobs.get(blob).then((bytes) => workflowFromProto(WorkflowMessage.decode(bytes)));
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
    const [workflow, benchmark] = await Promise.all([workflowOf(workflowBlob), run.benchmark()]);
    const query = benchmark.queries[queryIndex];
    if (!query) throw new Error(`benchmark ${benchmark.name} has no query ${queryIndex}`);
    const seed = [configuration.seed, workflowHash, query.id, repeat] as const;
    const { client, calls } = models.clientFor({ ...context, role: 'executor', prefixKey: workflowHash, seed });
    const { answer, failure } = await interpretWorkflow(workflow, query, {
      model: client,
      code: undefined,
      operators,
      seed,
      inputs: benchmark.inputs,
      maxCalls: configuration.search.maxCallsPerQuery,
      signal,
    });
    const scored = failure ? { score: 0, extracted: '' } : scorerOf(benchmark.scorer).score(answer, query);
    const otherScores = Object.fromEntries(
      benchmark.otherScorers.map((name) => [name, failure ? 0 : scorerOf(name).score(answer, query).score]),
    );
    const value = { answer, ...scored, otherScores, ...(failure ? { failure: failureToProto(failure) } : {}) };
    return { outcome: { $case: 'execution', value }, calls: calls() };
  };
}
