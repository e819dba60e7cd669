import { defined } from '../../../domain/defined.ts';
import type { Endpoint } from '../../contracts/generated/scale/v1/control.ts';
import { coerceError } from '../../errors/coerce-error.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import { createEndpointRoster, type EndpointRoster } from '../../models/endpoint/endpoint-roster.ts';
import { createOpenAiEndpoint } from '../../models/endpoint/openai-endpoint.ts';
import { createSimulatedCheck, type SimulatedCheck } from '../../models/endpoint/simulated-check.ts';
import { createEndpointPool, type EndpointPool } from '../../models/pool/endpoint-pool.ts';
import type { EndpointHealth } from '../../models/pool/pool-member.ts';
import type { EndpointEnvironment } from '../../models/settings/endpoint-environment.ts';
import {
  clusterBaseUrl,
  type EndpointSettings,
  EndpointSettingsError,
  endpointSettings,
} from '../../models/settings/endpoint-settings.ts';
import { secretVariablesOf } from '../../models/settings/key-bindings.ts';
import { systemResolve } from '../../models/settings/name-addresses.ts';
import type { ProxySettings } from '../../models/settings/proxy-settings.ts';
import { createCallCaps } from '../../models/slots/call-caps.ts';
import type { SlotLeases } from '../../models/slots/slot-leases.ts';
import type { Environment } from '../../settings/environment.ts';
import { createFairLine, type FairLine } from '../../sharing/fair-line.ts';
import { outsideScope } from '../../telemetry/tracing.ts';
import type { WatchedEndpoints } from '../watch-cluster-endpoints.ts';

/** A model at the places where it is served. */
export interface ServedModel {
  readonly pool: EndpointPool;
  readonly isSimulated: SimulatedCheck;
}

/** Where the cluster's own settings say that models are served. */
export interface OwnEndpoints {
  readonly endpoints: Pick<WatchedEndpoints, 'serversOf' | 'onChange'>;
  /** Where their keys are looked up. */
  readonly environment: Environment;
  /** A change cannot be used. */
  refused(error: Error): void;
}

export interface ServedModels {
  /** @throws EndpointSettingsError if the endpoints of a run have no usable one for the model */
  at(model: string, endpoints: readonly Endpoint[]): ServedModel;
  health(): readonly EndpointHealth[];
  /** Looks the keys up again: those in files may have been replaced. Calls under way keep the key that they were sent with. */
  lookUpKeys(): void;
  /** Cuts what is in flight. Idempotent. */
  close(): Promise<void>;
}

export interface ServedModelsParts {
  readonly environmentFor: EndpointEnvironment;
  readonly timing: Timing;
  readonly random: () => number;
  readonly proxies: ProxySettings;
  readonly slots?: SlotLeases;
  readonly cluster?: OwnEndpoints;
  readonly note?: (message: string) => void;
}

/** Each model is opened once for all runs that name the same endpoints for it. */
export function createServedModels(parts: ServedModelsParts): ServedModels {
  const { environmentFor, timing, random, proxies, slots, cluster, note } = parts;
  const pools = new Map<string, ServedModel>();
  /** By the servers that calls queue for, whatever model or limit their runs name. */
  const lines = new Map<string, { readonly line: FairLine; readonly pools: EndpointPool[] }>();
  const lineFor = (serving: readonly Endpoint[]) => {
    const servers = [
      ...new Set(serving.map(({ baseUrl, model }) => (baseUrl === clusterBaseUrl ? `the cluster's ${model}` : baseUrl))),
    ];
    const key = JSON.stringify(servers.sort());
    const served: EndpointPool[] = [];
    const partOf = (runId: string): number => Math.max(...served.map((pool) => pool.partOf(runId)));
    const known = lines.get(key) ?? { line: createFairLine(partOf), pools: served };
    lines.set(key, known);
    return known;
  };
  const serveAll = (): void => {
    for (const { line } of lines.values()) line.serve();
  };
  const caps = slots && createCallCaps(slots, serveAll);
  const rosters: EndpointRoster[] = [];
  /** By model and endpoints of a run: what takes over settings that have changed. */
  const following: { readonly isOfCluster: boolean; readonly hasKeys: boolean; follow(): void }[] = [];
  const settingsOf = (model: string, endpoints: readonly Endpoint[]): EndpointSettings[] => {
    const own = endpoints.filter(({ baseUrl }) => baseUrl !== clusterBaseUrl);
    const ofCluster = own.length < endpoints.length ? cluster?.endpoints.serversOf(model) : [];
    if (ofCluster === undefined) {
      throw new EndpointSettingsError(
        `the run asks for the cluster's endpoint of the model ${model}, but the workers' SCALE_ENDPOINTS_FILE names none`,
      );
    }
    return [
      ...own.map((endpoint) => endpointSettings(endpoint, environmentFor(endpoint.baseUrl))),
      // Whoever wrote the cluster's file decides which keys are sent to its addresses.
      ...ofCluster.map((endpoint) => endpointSettings(endpoint, cluster?.environment ?? {})),
    ];
  };
  cluster?.endpoints.onChange(() => {
    for (const { isOfCluster, follow } of following) if (isOfCluster) follow();
  });
  /** Of the endpoints of a run as they were last, each found without a look at all of them. */
  const found = new WeakMap<readonly Endpoint[], Map<string, ServedModel>>();
  const at = (model: string, endpoints: readonly Endpoint[]): ServedModel => {
    const ofRun = found.get(endpoints) ?? new Map<string, ServedModel>();
    found.set(endpoints, ofRun);
    // Its timers and connections serve all jobs that follow.
    const pool = ofRun.get(model) ?? outsideScope(() => openPool(model, endpoints));
    ofRun.set(model, pool);
    return pool;
  };
  const openPool = (model: string, endpoints: readonly Endpoint[]): ServedModel => {
    const serving = endpoints.filter((endpoint) => endpoint.model === model);
    if (serving.length === 0) throw new EndpointSettingsError(`the run names no endpoint for the model ${model}`);
    const key = JSON.stringify([model, serving]);
    const open = pools.get(key);
    if (open) return open;
    const settings = settingsOf(model, serving);
    const roster = createEndpointRoster(settings, {
      open: (each) => createOpenAiEndpoint(each, timing, proxies, note),
      ...{ resolve: systemResolve, proxies, timing },
      isBusy: () => pool.waiting > 0 || pool.health().some(({ inFlight }) => inFlight > 0),
    });
    const { line, pools: atLine } = lineFor(serving);
    const pool = createEndpointPool({
      ...{ line, ...defined({ caps }) },
      ...{ model, timing, random, looksFirst: true },
      endpoints: roster.servers(),
      ready: roster.used,
      ...(slots && { slotsAt: slots.leaseFor }),
    });
    atLine.push(pool);
    roster.onChange(() => pool.setEndpoints(roster.servers()));
    rosters.push(roster);
    let known = JSON.stringify(settings);
    let fault = '';
    following.push({
      isOfCluster: serving.some(({ baseUrl }) => baseUrl === clusterBaseUrl),
      hasKeys: serving.some((endpoint) => endpoint.baseUrl === clusterBaseUrl || secretVariablesOf(endpoint).length > 0),
      follow: () => {
        try {
          const now = settingsOf(model, serving);
          fault = '';
          if (JSON.stringify(now) === known) return;
          known = JSON.stringify(now);
          roster.change(now);
        } catch (error) {
          // The servers of before may still be right; calls there find out.
          const { message } = coerceError(error);
          if (message !== fault) cluster?.refused(coerceError(error));
          fault = message;
        }
      },
    });
    const served = { pool, isSimulated: createSimulatedCheck(roster.servers, timing) };
    pools.set(key, served);
    return served;
  };

  return {
    at,
    health: () => [...pools.values()].flatMap(({ pool }) => pool.health()),
    lookUpKeys: () => {
      for (const { hasKeys, follow } of following) if (hasKeys) follow();
    },
    close: async () => {
      for (const roster of rosters) roster.stop();
      await Promise.all([...pools.values()].map(({ pool }) => pool.close()));
    },
  };
}
