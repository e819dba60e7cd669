import { defined } from '../../domain/defined.ts';
import { type Failure, isNoResult } from '../../domain/failure.ts';
import { queryLevelHash, queryText } from '../../domain/routing/matrix-of-runs.ts';
import { followRoute, type RouteAsk, type RouteReply } from '../../domain/routing/route.ts';
import type { ModelSettings } from '../../domain/run/configuration.ts';
import { tokensOf } from '../../domain/run/ledger/totals.ts';
import { canonicalHash } from '../../domain/workflow/canonical-hash.ts';
import { askVerifier } from '../in-process/ask-verifier.ts';
import type { Asked, ModelUse, OpenExecutor, WorkflowAnswer, WorkflowExecutor } from '../in-process/workflow-executor.ts';
import type { RoutingPolicy } from './policy-file.ts';
import type { RouteShown } from './route-shown.ts';
import { writeWorkflow } from './write-workflow.ts';

export interface PolicyAnswer extends WorkflowAnswer {
  /** Absent where the infrastructure failed it. */
  readonly route?: RouteShown;
}

/** The models of a policy, and the servers of both. */
export interface PolicyModels extends ModelUse {
  /** Writes workflows for single queries; absent where no step asks for one. */
  readonly optimizer?: ModelSettings;
}

/** Answers queries by the cheapest workflow of a policy that is trusted with each. */
export interface PolicyAnswerer {
  /** @throws InfrastructureError, SandboxError, or the signal's reason */
  answer(fields: Readonly<Record<string, string>>, asked: Asked, signal: AbortSignal): Promise<PolicyAnswer>;
  close(): Promise<void>;
}

/** @throws EndpointSettingsError, SettingsError */
export function createPolicyAnswerer(policy: RoutingPolicy, models: PolicyModels, open: OpenExecutor): PolicyAnswerer {
  const serversOf = (settings: ModelSettings) => models.endpoints.filter(({ model }) => model === settings.model);
  const openFor = (settings: ModelSettings) => open({ executor: settings, endpoints: serversOf(settings) });
  const executor = openFor(models.executor);
  const optimizer = models.optimizer && openFor(models.optimizer);
  return {
    answer: (fields, asked, signal) =>
      answerByPolicy({
        policy,
        executor,
        ...defined({ optimizer }),
        executorModel: models.executor.model,
        fields,
        asked,
        signal,
      }),
    close: async () => void (await Promise.all([executor.close(), optimizer?.close()])),
  };
}

interface RoutedQuery {
  readonly policy: RoutingPolicy;
  readonly optimizer?: WorkflowExecutor;
  readonly executorModel: string;
  readonly executor: WorkflowExecutor;
  readonly fields: Readonly<Record<string, string>>;
  readonly asked: Asked;
  readonly signal: AbortSignal;
}

async function answerByPolicy(query: RoutedQuery): Promise<PolicyAnswer> {
  const { policy, fields, asked, signal } = query;
  const { inputs } = policy;
  const tokens = new Map<number, number>();
  /** The hashes of workflows that were written for this query. */
  const written = new Map<number, string>();
  let lastFailure: Failure | undefined;
  const way = followRoute(policy.route, queryText(fields, inputs));
  let next = way.next();
  while (!next.done) {
    signal.throwIfAborted();
    const ask: RouteAsk = next.value;
    const before = tokensOf(asked.account.usage);
    const { failure, executed, ...reply } = await carryOut(query, ask);
    if (executed !== undefined) written.set(ask.step, executed);
    tokens.set(ask.step, (tokens.get(ask.step) ?? 0) + tokensOf(asked.account.usage) - before);
    // It says nothing about the workflow, so a dearer one has nothing to mend.
    if (failure !== undefined && isNoResult([{ failure }])) return { answer: '', failure };
    lastFailure = failure;
    next = way.next(reply);
  }
  const { step, workflow, answer, failed, left } = next.value;
  const shown = (place: number) => ({ name: policy.workflows[place]?.name ?? '', workflow: policy.workflows[place]?.hash ?? '' });
  return {
    ...{ answer: failed ? '' : answer },
    ...(failed && lastFailure && { failure: lastFailure }),
    route: {
      ...{ step, ...shown(workflow), ...defined({ workflow: written.get(step) }) },
      left: left.map((each) => ({ ...each, ...shown(each.workflow) })),
      tokens: [...tokens].map(([place, used]) => ({ step: place, tokens: used })),
    },
  };
}

interface Done extends RouteReply, Pick<WorkflowAnswer, 'failure'> {
  /** The hash of the workflow, where it was written for this query. */
  readonly executed?: string;
}

async function carryOut(query: RoutedQuery, ask: RouteAsk): Promise<Done> {
  const { policy, executor, fields, asked, signal } = query;
  const { inputs, maxCalls } = policy;
  if (ask.kind === 'verdict') {
    const doubt = await askVerifier(executor, { problem: queryText(fields, inputs), solution: ask.answer }, asked, signal);
    return { answer: '', failed: false, doubt };
  }
  const workflow = policy.parsed[ask.workflow];
  const hash = policy.workflows[ask.workflow]?.hash;
  if (workflow === undefined || hash === undefined) throw new RangeError(`the policy has no workflow ${ask.workflow}`);
  if (hash === queryLevelHash) {
    const { optimizer, executorModel } = query;
    if (optimizer === undefined) throw new RangeError('no optimizer is there to write a workflow');
    const found = await writeWorkflow({ policy, optimizer, executorModel, usual: workflow, fields, asked, signal });
    const executed = canonicalHash(found);
    const own = await executor.execute({ workflow: found, hash: executed, fields, inputs, maxCalls }, asked, signal);
    return { answer: own.answer, failed: own.failure !== undefined, ...(own.failure && { failure: own.failure }), executed };
  }
  // The second answer of the same workflow draws anew; of another one it is its first.
  const turn = ask.kind === 'second' && ask.workflow === policy.route.steps[ask.step]?.workflow ? 1 : 0;
  const { answer, failure } = await executor.execute({ workflow, hash, fields, inputs, maxCalls, turn }, asked, signal);
  return { answer, failed: failure !== undefined, ...(failure && { failure }) };
}
