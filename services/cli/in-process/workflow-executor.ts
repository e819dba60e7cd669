import type { Failure } from '../../domain/failure.ts';
import { operators } from '../../domain/operators/registry.ts';
import type { ModelClient, Usage } from '../../domain/ports.ts';
import type { ModelSettings } from '../../domain/run/configuration.ts';
import { sumUsage } from '../../domain/run/ledger/totals.ts';
import { interpretWorkflow } from '../../domain/workflow/execution/interpret.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { sandboxSettings } from '../../shared/config/service-settings/service-settings.ts';
import type { Endpoint } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { ModelCall } from '../../shared/contracts/generated/scale/v1/result.ts';
import { usageFromProto } from '../../shared/contracts/result-codec.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import { createEndpointRoster } from '../../shared/models/endpoint/endpoint-roster.ts';
import { createOpenAiEndpoint } from '../../shared/models/endpoint/openai-endpoint.ts';
import { createModelClient } from '../../shared/models/model-client.ts';
import { createEndpointPool } from '../../shared/models/pool/endpoint-pool.ts';
import { endpointSettings } from '../../shared/models/settings/endpoint-settings.ts';
import { systemResolve } from '../../shared/models/settings/name-addresses.ts';
import { proxySettings } from '../../shared/models/settings/proxy-settings.ts';
import { createLazySandbox } from '../../shared/sandbox/lazy-sandbox.ts';
import type { Environment } from '../../shared/settings/environment.ts';

/** A model and the servers of it. */
export interface ModelUse {
  readonly executor: ModelSettings;
  readonly endpoints: readonly Endpoint[];
}

/** Executes workflows on queries that belong to no run. */
export interface WorkflowExecutor {
  /** @throws InfrastructureError, SandboxError, ServeError, or the signal's reason */
  execute(wanted: WantedExecution, asked: Asked, signal: AbortSignal): Promise<WorkflowAnswer>;
  /** For calls that are no workflow's. @param key distinguishes them from all others of the request */
  client(key: string, asked: Asked): ModelClient;
  close(): Promise<void>;
}

export interface WantedExecution {
  readonly workflow: Workflow;
  readonly hash: string;
  readonly fields: Readonly<Record<string, string>>;
  /** The fields that it may read. */
  readonly inputs: readonly string[];
  readonly maxCalls: number;
  /** Above 0 for another answer to the same query by the same workflow. */
  readonly turn?: number;
}

export interface Asked {
  readonly id: string;
  /** The same seed gives the same draws and the same seeds of calls. */
  readonly seed: number;
  /** Is told of each finished call at once: what is spent is known whatever becomes of the rest. */
  readonly account: CallAccount;
}

export interface WorkflowAnswer {
  /** "" with a failure. */
  readonly answer: string;
  readonly failure?: Failure;
}

/** What the calls of one answer have used so far. */
export interface CallAccount {
  add(call: ModelCall): void;
  readonly usage: Usage;
  readonly calls: number;
  /** A simulated model has answered one of them. */
  readonly simulated: boolean;
}

export function createCallAccount(): CallAccount {
  const known: ModelCall[] = [];
  return {
    add: (call) => void known.push(call),
    get usage() {
      return sumUsage(known.map(({ usage }) => usageFromProto(usage)));
    },
    get calls() {
      return known.length;
    },
    get simulated() {
      return known.some(({ simulated }) => simulated);
    },
  };
}

/** Opens an executor for a model. @throws EndpointSettingsError, SettingsError */
export type OpenExecutor = (use: ModelUse) => WorkflowExecutor;

/** Executors here, in this process, without a bus. @param environment with the keys of endpoints */
export function executorsHere(environment: Environment): OpenExecutor {
  return (use) => createWorkflowExecutor(use, environment);
}

/** @throws EndpointSettingsError, SettingsError */
export function createWorkflowExecutor({ executor, endpoints }: ModelUse, environment: Environment): WorkflowExecutor {
  const proxies = proxySettings(environment);
  const settings = endpoints.map((endpoint) => endpointSettings(endpoint, environment));
  const roster = createEndpointRoster(settings, {
    open: (each) => createOpenAiEndpoint(each, systemTiming, proxies),
    ...{ resolve: systemResolve, proxies, timing: systemTiming },
    isBusy: () => pool.waiting > 0 || pool.health().some(({ inFlight }) => inFlight > 0),
  });
  const pool = createEndpointPool({
    ...{ model: executor.model, timing: systemTiming, random: Math.random, looksFirst: true },
    endpoints: roster.servers(),
    ready: roster.used,
  });
  roster.onChange(() => pool.setEndpoints(roster.servers()));
  const code = createLazySandbox({ ...sandboxSettings(environment), environment });
  const clientFor = (key: readonly [string, ...number[]], { id, seed, account }: Asked): ModelClient =>
    createModelClient({
      ...{ pool, settings: executor, seed: [seed, ...key], jobId: `serve/${id}`, prefixKey: key[0] },
      onCall: account.add,
    });
  return {
    execute: async ({ workflow, hash, fields, inputs, maxCalls, turn = 0 }, asked, signal) => {
      const key = turn === 0 ? ([hash] as const) : ([hash, turn] as const);
      const model = clientFor([...key], asked);
      const context = { model, code, operators, seed: [asked.seed, ...key] as const, inputs, maxCalls, signal };
      const { answer, failure } = await interpretWorkflow(workflow, { id: asked.id, fields, reference: '' }, context);
      return { answer, ...(failure && { failure }) };
    },
    client: (key, asked) => clientFor([key], asked),
    close: async () => {
      roster.stop();
      await Promise.all([pool.close(), code.close()]);
    },
  };
}
