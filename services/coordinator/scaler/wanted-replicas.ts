import { type Endpoint, type RunManifest, RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { WorkerReport } from '../../shared/contracts/generated/scale/v1/job.ts';
import type { JobCount, JobKind } from '../../shared/messaging/bus.ts';
import { clusterBaseUrl, endpointDefaults } from '../../shared/models/settings/endpoint-settings.ts';
import type { ScaledTarget } from './scaled-target.ts';

/** A run that goes on, and its jobs. */
export interface RunInHand {
  readonly manifest: Pick<RunManifest, 'runId' | 'status' | 'configuration' | 'endpoints' | 'maxInFlight'>;
  readonly jobs: Readonly<Record<JobKind, JobCount>>;
}

export interface Surroundings {
  /** Jobs of one run in flight, if the run does not say. */
  readonly maxInFlight: number;
  /** The servers of a model that the cluster's own settings name; undefined where they are not known here. */
  serversOf(model: string): readonly Endpoint[] | undefined;
  readonly workers: readonly WorkerReport[];
}

export interface Wanted {
  readonly replicas: number;
  /** False: none is wanted, and none will be until a run begins or is resumed. */
  readonly active: boolean;
}

/**
 * How many replicas have something to do: jobs outstanding over what one replica takes at once, rounded up.
 *
 * Workers are capped by what the endpoints of their runs may have in flight: more would only wait. That is by the limits that
 * are set, not by what a server takes at the moment, which is little while its replicas are being started. The replicas of a
 * model are not capped so: how many addresses its name has, and so what they may have in flight, depends on how many replicas
 * there are.
 */
export function wantedReplicas(target: ScaledTarget, runs: readonly RunInHand[], around: Surroundings): Wanted {
  const demands = runs.flatMap((run) => demandOf(target, run, around));
  const jobs = demands.reduce((sum, demand) => sum + Math.min(demand.jobs, capacityOf(demand.servers)), 0);
  const calls = target.role === 'model' ? jobs : Math.min(jobs, capacityOf(allServers(demands)));
  return { replicas: Math.ceil(calls / target.perReplica), active: calls > 0 || demands.some(({ goesOn }) => goesOn) };
}

interface Demand {
  readonly jobs: number;
  readonly goesOn: boolean;
  /** Calls that each may have in flight, by address. */
  readonly servers: ReadonlyMap<string, number>;
}

function demandOf(target: ScaledTarget, { manifest, jobs }: RunInHand, around: Surroundings): Demand[] {
  const kinds = kindsFor(target, manifest);
  if (kinds.length === 0) return [];
  const goesOn = manifest.status === RunStatus.RUNNING;
  const most = manifest.maxInFlight || around.maxInFlight;
  // A paused run's queued jobs must not be taken; those in progress are finished first.
  const count = (kind: JobKind) => Math.min(jobs[kind].inProgress + (goesOn ? jobs[kind].queued : 0), most);
  const servers = target.role === 'model' ? boundless : serversFor(target.role, manifest, around);
  return [{ jobs: kinds.reduce((sum, kind) => sum + count(kind), 0), goesOn, servers }];
}

/** The kinds of a run's jobs that the replicas do, or that call their model. */
function kindsFor(target: ScaledTarget, { configuration, endpoints }: RunInHand['manifest']): readonly JobKind[] {
  if (target.role !== 'model') return target.role === 'executor' ? ['execute'] : ['predict', 'propose'];
  const asks = configuration?.optimizer?.model === target.model;
  // Executions call the executor's model, and those that judge answers, which are all others that the run names.
  const executes =
    configuration?.executor?.model === target.model || (!asks && endpoints.some((each) => each.model === target.model));
  return [...(executes ? (['execute'] as const) : []), ...(asks ? (['predict', 'propose'] as const) : [])];
}

const boundless: ReadonlyMap<string, number> = new Map([['', Number.POSITIVE_INFINITY]]);

function serversFor(role: 'executor' | 'predictor', manifest: RunInHand['manifest'], around: Surroundings): Demand['servers'] {
  const model = (role === 'executor' ? manifest.configuration?.executor : manifest.configuration?.optimizer)?.model;
  const named = manifest.endpoints.filter((endpoint) => endpoint.model === model);
  const servers = named.flatMap((endpoint): readonly (Endpoint | undefined)[] =>
    endpoint.baseUrl === clusterBaseUrl ? (around.serversOf(endpoint.model) ?? [undefined]) : [endpoint],
  );
  const known = servers.filter((server) => server !== undefined);
  if (known.length === 0 || known.length < servers.length) return boundless;
  return new Map(known.map((server) => [server.baseUrl, limitOf(server, around)]));
}

/** Each address of a name may be a server of its own, which the workers find out. */
function limitOf({ baseUrl, maxConcurrency }: Endpoint, { workers }: Surroundings): number {
  const uses = workers.flatMap(({ endpoints }) => endpoints.filter((use) => use.baseUrl === baseUrl));
  const addresses = new Set(uses.flatMap(({ name = baseUrl }) => (name === baseUrl ? [] : [name])));
  return (maxConcurrency || endpointDefaults.maxConcurrency) * Math.max(1, addresses.size);
}

/** Where runs give one server different limits, all calls together have at most the highest. */
function allServers(demands: readonly Demand[]): ReadonlyMap<string, number> {
  const all = new Map<string, number>();
  for (const { jobs, servers } of demands) {
    if (jobs === 0) continue;
    for (const [address, limit] of servers) all.set(address, Math.max(limit, all.get(address) ?? 0));
  }
  return all;
}

function capacityOf(servers: ReadonlyMap<string, number>): number {
  return [...servers.values()].reduce((sum, limit) => sum + limit, 0);
}
