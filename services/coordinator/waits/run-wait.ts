import { countOf } from '../../domain/names/count-of.ts';
import { isDaily } from '../../shared/budgets/scopes-of.ts';
import { type RunManifest, RunStatus, type Waiting } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { EndpointUse, WorkerReport } from '../../shared/contracts/generated/scale/v1/job.ts';
import { describeNeed } from '../../shared/contracts/run-needs.ts';
import { formatDuration } from '../../shared/document/format.ts';
import type { JobKind } from '../../shared/messaging/bus.ts';
import { laneName, streams } from '../../shared/messaging/subjects-and-streams.ts';
import { clusterBaseUrl, endpointDefaults } from '../../shared/models/settings/endpoint-settings.ts';

export const waitKinds = ['paused', 'person', 'lease', 'bus', 'disk', 'executor', 'predictor', 'endpoint', 'work'] as const;
export type WaitKind = (typeof waitKinds)[number];

/** Why a run makes no progress, for people: what it waits for, and what would end that. */
export interface RunWait {
  readonly kind: WaitKind;
  readonly what: string;
  readonly until: string;
  readonly waitedMs: number;
}

type PausedManifest = Pick<RunManifest, 'runId' | 'status' | 'pauseReason' | 'pausedAtMs' | 'needsPerson' | 'limits'>;

/** Everything known about a run that may explain why it stands still. */
export interface WaitFacts {
  readonly manifest: PausedManifest & Pick<RunManifest, 'endpoints'>;
  /** Wall-clock time. */
  readonly wallMs: number;
  /** Time since a result arrived, an entry was written or a step began. */
  readonly idleMs: number;
  /** Whether this coordinator drives the run now. */
  readonly isLeading: boolean;
  /** What keeps failing on the bus, or why the run's driver had to start over. */
  readonly busTrouble: string | undefined;
  /** Jobs of the current step without a result. */
  readonly outstanding: Readonly<Record<JobKind, number>>;
  /** Queues that somebody has paused at the NATS server, and how many ms that lasts still. */
  readonly pausedLanes: ReadonlyMap<JobKind, number>;
  /** Undefined until it is certain that all existing workers have been heard. */
  readonly workers: readonly WorkerReport[] | undefined;
}

/** A shorter wait is not worth mentioning. */
export const shortestWaitMs = 5_000;

export function waitOf(facts: WaitFacts): RunWait | undefined {
  const { manifest, idleMs } = facts;
  const pause = pauseOf(manifest, facts.wallMs);
  if (pause !== undefined) return pause;
  if (idleMs < shortestWaitMs) return undefined;
  const cause =
    busCause(facts) ?? leaseCause(facts) ?? laneCause(facts) ?? absenceCause(facts) ?? endpointCause(facts) ?? workCause(facts);
  return { ...cause, waitedMs: idleMs };
}

type Cause = Omit<RunWait, 'waitedMs'>;

/** A paused run waits for a person, whoever leads it. @param nowMs wall-clock time */
export function pauseOf(manifest: PausedManifest, nowMs: number): RunWait | undefined {
  const { runId, status, pauseReason, pausedAtMs, needsPerson, limits } = manifest;
  if (status !== RunStatus.PAUSED) return undefined;
  const waitedMs = Math.max(0, nowMs - pausedAtMs);
  const resume = `\`scale resume ${runId}\` continues it`;
  if (needsPerson) {
    const what = `the run has paused itself, since only a person can fix this: ${pauseReason}`;
    return { kind: 'person', what, until: `once that is fixed, ${resume}`, waitedMs };
  }
  const what = pauseReason === '' ? 'the run is paused' : `the run is paused: ${pauseReason}`;
  // Whoever resumes it before finds it paused again.
  const until = isDaily(limits?.heldBy ?? '') ? 'nobody need resume it' : resume;
  return { kind: 'paused', what, until, waitedMs };
}

function busCause({ busTrouble }: WaitFacts): Cause | undefined {
  if (busTrouble === undefined) return undefined;
  if (/no space left|disk full|insufficient (storage )?resources|quota exceeded/i.test(busTrouble)) {
    return {
      kind: 'disk',
      what: `the NATS server cannot write, since its disk is full (${busTrouble})`,
      until: 'free some space on that disk and the run continues by itself; nats-server 2.14 or newer must be restarted',
    };
  }
  return { kind: 'bus', what: busTrouble, until: 'the run continues by itself once the NATS server works again' };
}

function leaseCause({ isLeading }: WaitFacts): Cause | undefined {
  if (isLeading) return undefined;
  return {
    kind: 'lease',
    // A coordinator that has died, or has lost NATS for a while, leaves its lease behind: also to itself.
    what: 'the lease of the run is held by another coordinator, or is left over from one that was cut off',
    until: 'this one takes over as soon as the lease is given up or has run out, within seconds if nobody renews it',
  };
}

function laneCause({ manifest, outstanding, pausedLanes }: WaitFacts): Cause | undefined {
  const kind = kindsOf(outstanding).find((each) => pausedLanes.has(each));
  if (kind === undefined) return undefined;
  const left = formatDuration(pausedLanes.get(kind) ?? 0);
  return {
    kind: 'bus',
    what: `somebody has paused the queue of ${jobsOf(outstanding, kind)} at the NATS server (\`nats consumer pause\`), for ${left} more`,
    until: `\`nats consumer resume ${streams.jobs} ${laneName(kind, manifest.runId)}\` ends that at once`,
  };
}

const roles = { execute: 'executor', predict: 'predictor', propose: 'predictor' } as const;
const nouns = { execute: 'execution', predict: 'prediction', propose: 'proposal' } as const;

function lacksOf({ beyond }: Pick<WorkerReport, 'beyond'>, runId: string): readonly string[] {
  return beyond?.runs.find((run) => run.runId === runId)?.lacks ?? [];
}

function absenceCause({ manifest, outstanding, workers }: WaitFacts): Cause | undefined {
  if (workers === undefined) return undefined;
  const unable = new Map(workers.map((worker) => [worker, lacksOf(worker, manifest.runId)]));
  const able = workers.filter((worker) => (unable.get(worker) ?? []).length === 0);
  const kind = kindsOf(outstanding).find((wanted) => !able.some(({ kinds }) => kinds.includes(wanted)));
  if (kind === undefined) return undefined;
  const role = roles[kind];
  const earlier = workers.find(({ kinds }) => kinds.includes(kind));
  if (earlier !== undefined) {
    const lacks = (unable.get(earlier) ?? []).map(describeNeed).join(', ');
    return {
      kind: role,
      what: `no ${role} that runs can do ${jobsOf(outstanding, kind)}: ${earlier.worker}, of version ${earlier.condition?.version ?? 'unknown'}, lacks ${lacks}`,
      until: `start ${role}s of the version with which the run was started`,
    };
  }
  return {
    kind: role,
    what: `no ${role} is running for ${jobsOf(outstanding, kind)}`,
    until: `start one: a${role === 'executor' ? 'n' : ''} ${role} that connects to this cluster's NATS server takes them up`,
  };
}

function endpointCause({ manifest, workers = [] }: WaitFacts): Cause | undefined {
  const shares = workers.flatMap(({ runs }) => runs.filter(({ runId }) => runId === manifest.runId));
  const held = shares.filter(({ jobsHeldUp }) => jobsHeldUp > 0);
  const count = held.reduce((sum, { jobsHeldUp }) => sum + jobsHeldUp, 0);
  const last = endpointsOf(manifest, workers).find(({ lastError }) => lastError !== '');
  const trouble = held.at(-1)?.trouble ?? last?.lastError;
  if (trouble === undefined) return undefined;
  const what = count === 0 ? trouble : `${count} job${count === 1 ? ' is' : 's are'} held up: ${trouble}`;
  return { kind: 'endpoint', what, until: 'it is tried again automatically, and the run continues as soon as that works' };
}

function workCause({ manifest, outstanding, workers }: WaitFacts): Cause {
  const kinds = kindsOf(outstanding);
  if (kinds.length === 0) {
    return { kind: 'work', what: 'the coordinator is preparing the next step', until: 'the run continues by itself' };
  }
  const wanted = kinds.map((kind) => jobsOf(outstanding, kind)).join(' and ');
  const are = wanted.startsWith('1 ') && kinds.length === 1 ? 'is' : 'are';
  if (workers === undefined) {
    const what = `${wanted} ${are} given out, and it is not known yet to which workers`;
    return { kind: 'work', what, until: 'workers are heard of within seconds, and tell what they are doing' };
  }
  const inHand = workers.flatMap(({ runs }) => runs).filter(({ runId }) => runId === manifest.runId);
  if (inHand.length === 0) {
    const able = workers.filter((worker) => worker.kinds.some((kind) => kinds.some((needed) => needed === kind)));
    const slots = able.reduce((sum, worker) => sum + worker.slots, 0);
    const what = `${wanted} wait${are === 'is' ? 's' : ''} in the queue for one of ${slots} slots on ${countOf(able.length, 'worker')}`;
    return { kind: 'work', what, until: 'a job of another run ends and makes room' };
  }
  const busy = endpointsOf(manifest, workers).filter(({ callsInFlight }) => callsInFlight > 0);
  if (busy.length === 0)
    return { kind: 'work', what: `${wanted} ${are} being worked on`, until: 'the run continues when the first of them ends' };
  const calls = busy.map(({ baseUrl, callsInFlight, silentMs }) => {
    const silence = silentMs < shortestWaitMs ? '' : ` and has finished none for ${Math.round(silentMs / 1000)} s`;
    return `${baseUrl} has ${countOf(callsInFlight, 'call')} under way${silence}`;
  });
  const limits = manifest.endpoints.filter(({ baseUrl }) => busy.some((use) => use.baseUrl === baseUrl));
  const limit = Math.max(...limits.map(({ timeoutMs }) => timeoutMs || endpointDefaults.timeoutMs)) / 1000;
  // The limits of the cluster's own endpoints are known to the workers alone.
  const given = limits.length === 0 ? 'its time limit' : `${limit} s`;
  const window = limits.find(({ batch }) => batch !== undefined)?.batch?.window;
  const late = window === undefined ? '' : `; calls in a batch have ${window}`;
  return {
    kind: 'work',
    what: `${wanted} ${are} being worked on; ${calls.join(', ')}`,
    until: `a reply ends the wait; a call that takes longer than ${given} is given up and made again${late}`,
  };
}

/** What is going on at the run's endpoints, over all workers. */
function endpointsOf({ endpoints }: WaitFacts['manifest'], workers: readonly WorkerReport[]): EndpointUse[] {
  const merged = new Map<string, EndpointUse>();
  for (const use of workers.flatMap((worker) => worker.endpoints)) {
    // Which servers the cluster's own endpoints are is known to the workers alone.
    if (!endpoints.some(({ baseUrl }) => baseUrl === use.baseUrl || baseUrl === clusterBaseUrl)) continue;
    const other = merged.get(use.baseUrl);
    merged.set(use.baseUrl, {
      ...use,
      callsInFlight: use.callsInFlight + (other?.callsInFlight ?? 0),
      silentMs: Math.min(use.silentMs, other?.silentMs ?? use.silentMs),
      lastError: use.lastError || (other?.lastError ?? ''),
    });
  }
  return [...merged.values()];
}

function kindsOf(outstanding: WaitFacts['outstanding']): JobKind[] {
  return (['execute', 'predict', 'propose'] as const).filter((kind) => outstanding[kind] > 0);
}

function jobsOf(outstanding: WaitFacts['outstanding'], kind: JobKind): string {
  return countOf(outstanding[kind], nouns[kind]);
}

/** @param nowMs wall-clock time */
export function waitingToProto({ kind, what, until, waitedMs }: RunWait, nowMs: number): Waiting {
  return { kind, what, until, waitedMs: Math.round(waitedMs), sinceMs: Math.round(nowMs - waitedMs) };
}
