import { defined } from '../domain/defined.ts';
import { operators } from '../domain/operators/registry.ts';
import type { CodeRunner } from '../domain/ports.ts';
import { interpretWorkflow } from '../domain/workflow/execution/interpret.ts';
import { BudgetSpentError } from '../shared/budgets/budget-spent-error.ts';
import { modelFromProto } from '../shared/contracts/configuration-codec.ts';
import { ContractError } from '../shared/contracts/contract-error.ts';
import type { AnswerMessage, Question } from '../shared/contracts/generated/scale/v1/answer.ts';
import { RunLimits } from '../shared/contracts/generated/scale/v1/control.ts';
import type { ModelCall } from '../shared/contracts/generated/scale/v1/result.ts';
import { pricesFromProto } from '../shared/contracts/prices-codec.ts';
import { present } from '../shared/contracts/read-message.ts';
import { failureToProto } from '../shared/contracts/result-codec.ts';
import { workflowFromProto } from '../shared/contracts/workflow-codec.ts';
import { coerceError } from '../shared/errors/coerce-error.ts';
import { InfrastructureError } from '../shared/models/errors/endpoint-errors.ts';
import { EndpointSettingsError } from '../shared/models/settings/endpoint-settings.ts';
import { SandboxError } from '../shared/sandbox/sandbox-error.ts';
import { usualStanding } from '../shared/sharing/standing.ts';
import type { JobAccount } from '../shared/worker/calls/job-account.ts';
import { WorkerEndingError } from '../shared/worker/calls/last-calls.ts';
import type { ModelClients, ModelRun } from '../shared/worker/calls/model-clients.ts';

export type AnswerOutcome = Exclude<NonNullable<AnswerMessage['what']>, { readonly $case: 'call' }>;

export interface AnswerDependencies {
  readonly models: ModelClients;
  /** Runs programs that models wrote. */
  readonly code?: CodeRunner;
  /** Budgets in which a call that belongs to no run counts, by name. */
  readonly scopes: readonly string[];
  /** Told of each finished call, before its reply is used. */
  record(call: ModelCall): void;
  readonly signal: AbortSignal;
  /** Aborts when no further call may begin. */
  readonly lastCalls: AbortSignal;
}

/**
 * Runs a workflow on a query that belongs to no run: it is not scored, and nothing of it is kept.
 * @throws the signal's reason
 */
export async function answerQuestion(question: Question, dependencies: AnswerDependencies): Promise<AnswerOutcome> {
  const { signal } = dependencies;
  try {
    return await interpret(question, dependencies);
  } catch (error) {
    signal.throwIfAborted();
    return { $case: 'trouble', value: troubleOf(error) };
  }
}

async function interpret(question: Question, dependencies: AnswerDependencies): Promise<AnswerOutcome> {
  const { models, code, scopes, record, signal, lastCalls } = dependencies;
  const { id, party, workflowHash, fields, inputs, maxCalls, turn } = question;
  const workflow = workflowFromProto(present('Question', 'workflow', question.workflow));
  const settings = modelFromProto(present('Question', 'model', question.model));
  const key = turn === 0 ? [workflowHash] : [workflowHash, turn];
  const seed = [question.seed, ...key] as const;
  const { client } = models.clientFor({
    ...{ role: 'executor', settings, prefixKey: workflowHash, seed, draw: [], account: unnoted() },
    job: { runId: party, jobId: id, work: undefined },
    run: runOf(question, settings, scopes),
    journal: new Map(question.finished.map((call) => [call.callId, call])),
    ...{ record, lastCalls, stored: async () => undefined },
  });
  const context = { model: client, operators, seed, inputs, maxCalls, signal, code };
  const { answer, failure } = await interpretWorkflow(workflow, { id, fields, reference: '' }, context);
  return { $case: 'answer', value: { answer, failure: failure && failureToProto(failure) } };
}

/** To the endpoints, all that is served under one name is a run beside others. */
function runOf(
  { party, priority, endpoints, prices }: Question,
  settings: ModelRun['configuration']['executor'],
  scopes: readonly string[],
): ModelRun {
  const limits = RunLimits.fromPartial({ scopes: [...scopes] });
  return {
    // Somebody waits: they are made at once, as in a process that serves by itself.
    ...{ runId: party, endpoints: endpoints.map((each) => ({ ...each, batch: undefined })) },
    ...{ configuration: { seed: 0, executor: settings, optimizer: settings } },
    standing: () => ({ ...usualStanding, priority }),
    limits: () => limits,
    ...defined({ prices: prices && pricesFromProto(prices) }),
  };
}

/** Whoever asks counts the calls; the streams hold what runs have spent. */
function unnoted(): JobAccount {
  let attempts = 0;
  const next = (): string => String(++attempts);
  return {
    begin: async () => ({ id: next(), ended: () => undefined }),
    replayed: () => undefined,
    cached: next,
    settled: async () => undefined,
  };
}

function troubleOf(error: unknown): Extract<AnswerOutcome, { readonly $case: 'trouble' }>['value'] {
  const { message } = coerceError(error);
  const trouble = (kind: string) => ({ kind, message, problem: '', retryAfterMs: 0 });
  if (error instanceof InfrastructureError) {
    const { problem, retryAfterMs } = error;
    return { ...trouble('endpoint'), problem, retryAfterMs: Math.ceil(Math.max(0, retryAfterMs)) };
  }
  if (error instanceof SandboxError) return trouble('sandbox');
  if (error instanceof BudgetSpentError) return trouble('budget');
  if (error instanceof WorkerEndingError) return trouble('ending');
  if (error instanceof EndpointSettingsError || error instanceof ContractError) return trouble('refused');
  throw error;
}
