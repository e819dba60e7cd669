import { defined } from '../../domain/defined.ts';
import type { ModelClient, ModelRequest } from '../../domain/ports.ts';
import type { ModelSettings, RunConfiguration } from '../../domain/run/configuration.ts';
import type { Budgets } from '../budgets/budgets.ts';
import { scopesOf } from '../budgets/scopes-of.ts';
import type { Endpoint } from '../contracts/generated/scale/v1/control.ts';
import type { Job } from '../contracts/generated/scale/v1/job.ts';
import type { ModelCall } from '../contracts/generated/scale/v1/result.ts';
import { coerceError } from '../errors/coerce-error.ts';
import type { Timing } from '../lifecycle/timing.ts';
import { meterAfter } from '../models/attempt-meter.ts';
import { createEndpointRoster, type EndpointRoster } from '../models/endpoint/endpoint-roster.ts';
import { createOpenAiEndpoint } from '../models/endpoint/openai-endpoint.ts';
import { createSimulatedCheck, type SimulatedCheck } from '../models/endpoint/simulated-check.ts';
import { createJournaledModelClient } from '../models/journaled-model-client.ts';
import { createModelClient } from '../models/model-client.ts';
import { createEndpointPool, type EndpointPool } from '../models/pool/endpoint-pool.ts';
import type { EndpointHealth } from '../models/pool/pool-member.ts';
import type { EndpointEnvironment } from '../models/settings/endpoint-environment.ts';
import {
  clusterBaseUrl,
  type EndpointSettings,
  EndpointSettingsError,
  endpointSettings,
} from '../models/settings/endpoint-settings.ts';
import { secretVariablesOf } from '../models/settings/key-bindings.ts';
import { systemResolve } from '../models/settings/name-addresses.ts';
import { noProxies, type ProxySettings } from '../models/settings/proxy-settings.ts';
import { createCallCaps } from '../models/slots/call-caps.ts';
import type { SlotLeases } from '../models/slots/slot-leases.ts';
import type { Environment } from '../settings/environment.ts';
import { createFairLine, type FairLine } from '../sharing/fair-line.ts';
import { type Party, usualStanding } from '../sharing/standing.ts';
import { outsideScope } from '../telemetry/tracing.ts';
import { batchedCalls } from './batched-calls.ts';
import { budgetedMeter } from './budgeted-meter.ts';
import { createCallSizes } from './call-sizes.ts';
import { createJobReplies } from './job-replies.ts';
import type { JobContext, RunContext } from './job-work.ts';
import { createCallGate } from './last-calls.ts';
import type { ResponseCache } from './response-cache.ts';
import { tracedCalls } from './trace-calls.ts';
import type { WatchedEndpoints } from './watch-cluster-endpoints.ts';

/** The models of all runs that a worker serves. Runs with the same endpoints share their pool, and so its limits. */
export interface ModelClients {
  /** @throws EndpointSettingsError if the run has no usable endpoint for the model */
  clientFor(job: ModelJob): JobModelClient;
  health(): readonly EndpointHealth[];
  /** Looks the keys up again: those in files may have been replaced. Calls under way keep the key that they were sent with. */
  lookUpKeys(): void;
  /** Cuts what is in flight. Idempotent. */
  close(): Promise<void>;
}

/** What the calls of a run depend on. */
export interface ModelRun extends Pick<RunContext, 'runId' | 'endpoints' | 'cache' | 'standing' | 'limits' | 'prices'> {
  readonly configuration: Pick<RunConfiguration, 'seed' | 'executor' | 'optimizer'>;
}

export interface ModelJob
  extends Pick<JobContext, 'journal' | 'record' | 'stored' | 'storedSoon' | 'account' | 'lastCalls' | 'waits'> {
  readonly job: Pick<Job, 'runId' | 'jobId' | 'work'>;
  readonly run: ModelRun;
  readonly role: 'executor' | 'optimizer';
  /** A model other than the role's, e.g. a judge; an endpoint of the run must serve it. */
  readonly settings?: ModelSettings;
  /** What jobs whose prompts begin alike have in common, e.g. the workflow's hash. */
  readonly prefixKey: string;
  /** The run's seed and what distinguishes the job from all others. */
  readonly seed: readonly (string | number)[];
  /** What distinguishes it from jobs that ask the same and want another answer, e.g. the repeat. */
  readonly draw: readonly (string | number)[];
}

/** A model at the places where it is served. */
interface ServedModel {
  readonly pool: EndpointPool;
  readonly isSimulated: SimulatedCheck;
}

export interface JobModelClient {
  readonly client: ModelClient;
  /** All calls that the job has used so far, including those from the journal, in the order of their ids. */
  calls(): ModelCall[];
}

/** Where the cluster's own settings say that models are served. */
export interface OwnEndpoints {
  readonly endpoints: Pick<WatchedEndpoints, 'serversOf' | 'onChange'>;
  /** Where their keys are looked up. */
  readonly environment: Environment;
  /** A change cannot be used. */
  refused(error: Error): void;
}

/**
 * @param environmentFor where the keys for the endpoint at an address are looked up
 * @param random in [0, 1); decides when and where a call goes, never what it asks
 * @param proxies default: none
 * @param cache for the runs that use it; default: none
 * @param slots what this process may have in flight; not given: as many calls as the endpoints' settings say
 * @param cluster default: no run may ask for the cluster's endpoint
 * @param note told of what endpoints do without
 * @param budgets what the limits of runs leave; default: nothing is limited
 */
export function createModelClients(
  environmentFor: EndpointEnvironment,
  timing: Timing,
  random: () => number,
  proxies: ProxySettings = noProxies,
  cache?: ResponseCache,
  slots?: SlotLeases,
  cluster?: OwnEndpoints,
  note?: (message: string) => void,
  budgets?: Budgets,
): ModelClients {
  const sizes = createCallSizes();
  const pools = new Map<string, ServedModel>();
  /** By the servers that calls queue for, whatever model or limit their runs name. */
  const lines = new Map<string, { readonly line: FairLine; readonly pools: EndpointPool[] }>();
  const lineFor = (serving: readonly Endpoint[]) => {
    const servers = [
      ...new Set(serving.map(({ baseUrl, model }) => (baseUrl === clusterBaseUrl ? `the cluster's ${model}` : baseUrl))),
    ];
    const key = JSON.stringify(servers.sort());
    const at: EndpointPool[] = [];
    const partOf = (runId: string): number => Math.max(...at.map((pool) => pool.partOf(runId)));
    const known = lines.get(key) ?? { line: createFairLine(partOf), pools: at };
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
  const poolOf = (model: string, endpoints: readonly Endpoint[]): ServedModel => {
    const ofRun = found.get(endpoints) ?? new Map<string, ServedModel>();
    found.set(endpoints, ofRun);
    // Its timers and connections serve all jobs that follow.
    const pool = ofRun.get(model) ?? outsideScope(() => openPool(model, endpoints));
    ofRun.set(model, pool);
    return pool;
  };
  /** One for all jobs of a run, since others count by it. */
  const parties = new WeakMap<ModelRun, Party>();
  const partyOf = (run: ModelRun): Party => {
    const { runId, standing = () => usualStanding } = run;
    const party = parties.get(run) ?? { runId, standing };
    parties.set(run, party);
    return party;
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
    clientFor: ({ job, run, role, settings = run.configuration[role], prefixKey, seed, draw, journal, waits, ...work }) => {
      const { record, stored, account } = work;
      const storedSoon = work.storedSoon ?? (() => sendRecords());
      const { pool, isSimulated } = poolOf(settings.model, run.endpoints);
      const { jobId } = job;
      const { runId, cache: use } = run;
      const runSeed = settings.sendSeed ? undefined : run.configuration.seed;
      const kept =
        cache &&
        use &&
        createJobReplies({ cache, use, runId, jobId, draw, isSimulated, account, timing, ...defined({ runSeed }) });
      const used = new Map<string, ModelCall>();
      const keep = (call: ModelCall) => void used.set(call.callId, call);
      const onReplay = (call: ModelCall) => {
        keep(call);
        account.replayed(call);
      };
      const onCall = async (call: ModelCall) => {
        keep(call);
        await record(call);
        if (underWay > 1) storedSoon();
      };
      const sendRecords = (): void => void stored().catch(() => undefined);
      const counted = async <Reply>(request: ModelRequest, ask: () => Promise<Reply>): Promise<Reply> => {
        kept?.made(request);
        sendRecords();
        underWay += 1;
        tellWhetherIdle();
        try {
          return await ask();
        } finally {
          underWay -= 1;
          tellWhetherIdle();
        }
      };
      let underWay = 0;
      let waiting = 0;
      let goesOn: (() => void) | undefined;
      /** With all of its calls in line, the job does nothing. */
      const tellWhetherIdle = (): void => {
        const isIdle = waiting > 0 && waiting === underWay;
        if (isIdle) goesOn ??= waits?.();
        else {
          goesOn?.();
          goesOn = undefined;
        }
      };
      const inLine = (): (() => void) => {
        waiting += 1;
        tellWhetherIdle();
        return () => {
          waiting -= 1;
          tellWhetherIdle();
        };
      };
      const caller = { party: partyOf(run), waits: inLine };
      const noted = meterAfter(account, stored);
      const meter =
        budgets === undefined
          ? noted
          : budgetedMeter({
              ...{ meter: noted, budgets, sizes, prices: run.prices },
              scopes: () => scopesOf(job, run.limits?.()),
            });
      const asking = createModelClient({
        ...{ pool, settings, seed, jobId, runId, prefixKey, meter, onCall, caller },
        ...defined({ kept, batched: batchedCalls(run.endpoints, settings.model, { journal, record, stored }) }),
      });
      const journaled = createJournaledModelClient(asking, journal, onReplay);
      const { sample } = journaled;
      const gate = createCallGate(work.lastCalls);
      const gated = <Reply>(request: ModelRequest, ask: () => Promise<Reply>): Promise<Reply> =>
        gate(journal.has(request.callId), () => counted(request, ask));
      const client: ModelClient = {
        complete: (request, signal) => gated(request, () => journaled.complete(request, signal)),
        ...(sample && {
          sample: (request: ModelRequest, count: number, signal: AbortSignal) =>
            gated(request, () => sample(request, count, signal)),
        }),
      };
      return {
        client: tracedCalls(client, {
          settings,
          finished: (callId) => used.get(callId),
          isJournaled: (callId) => journal.has(callId),
        }),
        calls: () => [...used.values()].sort((a, b) => (a.callId < b.callId ? -1 : 1)),
      };
    },
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
