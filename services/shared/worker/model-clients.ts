import type { ModelClient } from '../../domain/ports.ts';
import type { ModelSettings } from '../../domain/run/configuration.ts';
import type { Endpoint } from '../contracts/generated/scale/v1/control.ts';
import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';
import type { Timing } from '../lifecycle/timing.ts';
import type { EndpointEnvironment } from '../models/endpoint-environment.ts';
import { createEndpointPool, type EndpointPool } from '../models/endpoint-pool.ts';
import { createEndpointRoster, type EndpointRoster } from '../models/endpoint-roster.ts';
import { EndpointSettingsError, endpointSettings } from '../models/endpoint-settings.ts';
import { createJournaledModelClient } from '../models/journaled-model-client.ts';
import { createModelClient } from '../models/model-client.ts';
import { systemResolve } from '../models/name-addresses.ts';
import { createOpenAiEndpoint } from '../models/openai-endpoint.ts';
import type { EndpointHealth } from '../models/pool-member.ts';
import { noProxies, type ProxySettings } from '../models/proxy-settings.ts';
import type { JobContext } from './job-work.ts';

/** The models of all runs that a worker serves. Runs with the same endpoints share their pool, and so its limits. */
export interface ModelClients {
  /** @throws EndpointSettingsError if the run has no usable endpoint for the model */
  clientFor(job: ModelJob): JobModelClient;
  health(): readonly EndpointHealth[];
  /** Cuts what is in flight. Idempotent. */
  close(): Promise<void>;
}

export interface ModelJob extends Pick<JobContext, 'job' | 'run' | 'journal' | 'record' | 'account'> {
  readonly role: 'executor' | 'optimizer';
  /** A model other than the role's, e.g. a judge; an endpoint of the run must serve it. */
  readonly settings?: ModelSettings;
  /** What jobs whose prompts begin alike have in common, e.g. the workflow's hash. */
  readonly prefixKey: string;
  /** The run's seed and what distinguishes the job from all others. */
  readonly seed: readonly (string | number)[];
}

export interface JobModelClient {
  readonly client: ModelClient;
  /** All calls that the job has used so far, including those from the journal, in the order of their ids. */
  calls(): ModelCall[];
}

/**
 * @param environmentFor where the keys for the endpoint at an address are looked up
 * @param random in [0, 1); decides when and where a call goes, never what it asks
 * @param proxies default: none
 */
export function createModelClients(
  environmentFor: EndpointEnvironment,
  timing: Timing,
  random: () => number,
  proxies: ProxySettings = noProxies,
): ModelClients {
  const pools = new Map<string, EndpointPool>();
  const rosters: EndpointRoster[] = [];
  const poolOf = (model: string, endpoints: readonly Endpoint[]): EndpointPool => {
    const serving = endpoints.filter((endpoint) => endpoint.model === model);
    if (serving.length === 0) throw new EndpointSettingsError(`the run names no endpoint for the model ${model}`);
    const key = JSON.stringify([model, serving]);
    const known = pools.get(key);
    if (known) return known;
    const settings = serving.map((endpoint) => endpointSettings(endpoint, environmentFor(endpoint.baseUrl)));
    const roster = createEndpointRoster(settings, {
      open: (each) => createOpenAiEndpoint(each, timing, proxies),
      ...{ resolve: systemResolve, proxies, timing },
      isBusy: () => pool.waiting > 0 || pool.health().some(({ inFlight }) => inFlight > 0),
    });
    const pool = createEndpointPool({
      ...{ model, timing, random, looksFirst: true },
      endpoints: roster.servers(),
      ready: roster.used,
    });
    roster.onChange(() => pool.setEndpoints(roster.servers()));
    rosters.push(roster);
    pools.set(key, pool);
    return pool;
  };

  return {
    clientFor: ({ job, run, role, settings = run.configuration[role], prefixKey, seed, journal, record, account }) => {
      const pool = poolOf(settings.model, run.endpoints);
      const used = new Map<string, ModelCall>();
      const keep = (call: ModelCall) => void used.set(call.callId, call);
      const onReplay = (call: ModelCall) => {
        keep(call);
        account.replayed(call);
      };
      const onCall = async (call: ModelCall) => {
        keep(call);
        await record(call);
      };
      const asking = createModelClient({
        ...{ pool, settings, seed, prefixKey, meter: account, onCall },
        jobId: job.jobId,
        runId: job.runId,
      });
      return {
        client: createJournaledModelClient(asking, journal, onReplay),
        calls: () => [...used.values()].sort((a, b) => (a.callId < b.callId ? -1 : 1)),
      };
    },
    health: () => [...pools.values()].flatMap((pool) => pool.health()),
    close: async () => {
      for (const roster of rosters) roster.stop();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}
