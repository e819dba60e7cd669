import type { Failure } from '../../domain/failure.ts';
import { operators } from '../../domain/operators/registry.ts';
import type { Usage } from '../../domain/ports.ts';
import type { ModelSettings } from '../../domain/run/configuration.ts';
import { sumUsage } from '../../domain/run/ledger/totals.ts';
import { canonicalHash } from '../../domain/workflow/canonical-hash.ts';
import { interpretWorkflow } from '../../domain/workflow/interpret.ts';
import type { Workflow } from '../../domain/workflow/workflow.ts';
import { sandboxSettings } from '../../shared/config/service-settings.ts';
import type { Endpoint } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { ModelCall } from '../../shared/contracts/generated/scale/v1/result.ts';
import { usageFromProto } from '../../shared/contracts/result-codec.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';
import { createEndpointPool } from '../../shared/models/endpoint-pool.ts';
import { createEndpointRoster } from '../../shared/models/endpoint-roster.ts';
import { endpointSettings } from '../../shared/models/endpoint-settings.ts';
import { createModelClient } from '../../shared/models/model-client.ts';
import { systemResolve } from '../../shared/models/name-addresses.ts';
import { createOpenAiEndpoint } from '../../shared/models/openai-endpoint.ts';
import { proxySettings } from '../../shared/models/proxy-settings.ts';
import { createLazySandbox } from '../../shared/sandbox/lazy-sandbox.ts';
import type { Environment } from '../../shared/settings/environment.ts';

/** What is served, and with what. */
export interface WhatToServe {
  readonly name: string;
  readonly workflow: Workflow;
  /** The fields of a query that it reads, at least one. */
  readonly inputs: readonly string[];
  readonly executor: ModelSettings;
  /** The servers of its model. */
  readonly endpoints: readonly Endpoint[];
  readonly maxCalls: number;
}

export interface ServedWorkflow extends Pick<WhatToServe, 'name' | 'inputs'> {
  readonly hash: string;
  /**
   * Executes the workflow once.
   * @param seed the same seed gives the same draws and the same seeds of calls
   * @param account is told of each finished call at once: what is spent is known whatever becomes of the rest
   * @throws InfrastructureError, SandboxError, or the signal's reason
   */
  answer(fields: Readonly<Record<string, string>>, asked: Asked, signal: AbortSignal): Promise<WorkflowAnswer>;
  close(): Promise<void>;
}

export interface Asked {
  readonly id: string;
  readonly seed: number;
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

/** @throws EndpointSettingsError, SettingsError */
export function createServedWorkflow(what: WhatToServe, environment: Environment): ServedWorkflow {
  const { name, workflow, inputs, executor, endpoints, maxCalls } = what;
  const hash = canonicalHash(workflow);
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
  return {
    ...{ name, inputs, hash },
    answer: async (fields, { id, seed, account }, signal) => {
      const model = createModelClient({
        ...{ pool, settings: executor, seed: [seed, hash], jobId: `serve/${id}`, prefixKey: hash },
        onCall: account.add,
      });
      const context = { model, code, operators, seed: [seed, hash] as const, inputs, maxCalls, signal };
      const { answer, failure } = await interpretWorkflow(workflow, { id, fields, reference: '' }, context);
      return { answer, ...(failure && { failure }) };
    },
    close: async () => {
      roster.stop();
      await Promise.all([pool.close(), code.close()]);
    },
  };
}
