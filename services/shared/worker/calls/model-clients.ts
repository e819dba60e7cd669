import { defined } from '../../../domain/defined.ts';
import type { ModelClient, ModelRequest } from '../../../domain/ports.ts';
import type { ModelSettings, RunConfiguration } from '../../../domain/run/configuration.ts';
import type { Budgets } from '../../budgets/budgets.ts';
import { scopesOf } from '../../budgets/scopes-of.ts';
import type { Job } from '../../contracts/generated/scale/v1/job.ts';
import type { ModelCall } from '../../contracts/generated/scale/v1/result.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import { meterAfter } from '../../models/attempt-meter.ts';
import { createJournaledModelClient } from '../../models/journaled-model-client.ts';
import { createModelClient } from '../../models/model-client.ts';
import type { EndpointHealth } from '../../models/pool/pool-member.ts';
import type { EndpointEnvironment } from '../../models/settings/endpoint-environment.ts';
import { noProxies, type ProxySettings } from '../../models/settings/proxy-settings.ts';
import type { SlotLeases } from '../../models/slots/slot-leases.ts';
import { type Party, usualStanding } from '../../sharing/standing.ts';
import type { JobContext, RunContext } from '../job-work.ts';
import { batchedCalls } from './batched-calls.ts';
import { budgetedMeter } from './budgeted-meter.ts';
import { createCallSizes } from './call-sizes.ts';
import { countCallsUnderWay } from './calls-under-way.ts';
import { createJobReplies } from './job-replies.ts';
import { createCallGate } from './last-calls.ts';
import type { ResponseCache } from './response-cache.ts';
import { createServedModels, type OwnEndpoints } from './served-models.ts';
import { tracedCalls } from './trace-calls.ts';

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

export interface JobModelClient {
  readonly client: ModelClient;
  /** All calls that the job has used so far, including those from the journal, in the order of their ids. */
  calls(): ModelCall[];
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
  const models = createServedModels({ environmentFor, timing, random, proxies, ...defined({ slots, cluster, note }) });
  /** One for all jobs of a run, since others count by it. */
  const parties = new WeakMap<ModelRun, Party>();
  const partyOf = (run: ModelRun): Party => {
    const { runId, standing = () => usualStanding } = run;
    const party = parties.get(run) ?? { runId, standing };
    parties.set(run, party);
    return party;
  };

  return {
    clientFor: ({ job, run, role, settings = run.configuration[role], prefixKey, seed, draw, journal, waits, ...work }) => {
      const { record, stored, account } = work;
      const storedSoon = work.storedSoon ?? (() => sendRecords());
      const { pool, isSimulated } = models.at(settings.model, run.endpoints);
      const { jobId } = job;
      const { runId, cache: use } = run;
      const runSeed = settings.sendSeed ? undefined : run.configuration.seed;
      const kept =
        cache &&
        use &&
        createJobReplies({ cache, use, runId, jobId, draw, isSimulated, account, timing, ...defined({ runSeed }) });
      const calls = countCallsUnderWay(waits);
      const used = new Map<string, ModelCall>();
      const keep = (call: ModelCall) => void used.set(call.callId, call);
      const onReplay = (call: ModelCall) => {
        keep(call);
        account.replayed(call);
      };
      const onCall = async (call: ModelCall) => {
        keep(call);
        await record(call);
        if (calls.underWay() > 1) storedSoon();
      };
      const sendRecords = (): void => void stored().catch(() => undefined);
      const counted = async <Reply>(request: ModelRequest, ask: () => Promise<Reply>): Promise<Reply> => {
        kept?.made(request);
        sendRecords();
        return calls.during(ask);
      };
      const caller = { party: partyOf(run), waits: calls.inLine };
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
    health: models.health,
    lookUpKeys: models.lookUpKeys,
    close: models.close,
  };
}
