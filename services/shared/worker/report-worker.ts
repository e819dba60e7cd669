import type { EndpointUse, RunBeyond, RunShare, WorkerCondition } from '../contracts/generated/scale/v1/job.ts';
import { every, type Timing } from '../lifecycle/timing.ts';
import type { Bus, JobKind } from '../messaging/bus.ts';

/** One of a worker's endpoints: the part of services/shared/models' EndpointHealth that reports need. */
export interface ReportedEndpoint {
  readonly endpoint: string;
  /** Where `endpoint` says more than that. */
  readonly baseUrl?: string;
  readonly state: string;
  readonly inFlight: number;
  /** Calls begun since the start. */
  readonly calls: number;
  readonly lastError: string | undefined;
  readonly limit?: number;
  readonly failures?: Readonly<Record<string, number>>;
}

export interface WorkerReports {
  readonly name: string;
  readonly kinds: readonly JobKind[];
  readonly slots: number;
  /** False once it drains: it is then of no use to anyone who waits for a worker. */
  takesJobs(): boolean;
  shares(): RunShare[];
  /** Runs that it leaves to others. Default: none. */
  beyond?(): RunBeyond[];
  endpoints(): readonly ReportedEndpoint[];
  /** For `scale doctor`; its clock is added. */
  condition?(): Omit<WorkerCondition, 'wallMs'>;
  readonly timing: Timing;
}

/** A worker not heard from for five times this long is gone. */
export const reportEveryMs = 2_000;

/** Reports what a worker is doing, now, every two seconds, and once more when disposed: one that has drained takes no jobs. */
export function startWorkerReports(bus: Bus, settings: WorkerReports): Disposable {
  const { name, kinds, slots, takesJobs, shares, beyond, endpoints, timing } = settings;
  const silence = createSilence();
  const report = (): void => {
    const now = timing.monotonicMs();
    const condition = settings.condition?.();
    const left = beyond?.() ?? [];
    bus.workers.tell({
      worker: name,
      kinds: takesJobs() ? [...kinds] : [],
      slots,
      runs: shares(),
      ...(left.length > 0 && { beyond: { runs: left } }),
      endpoints: byAddress(endpoints()).map((endpoint) => silence.look(endpoint, now)),
      ...(condition && { condition: { ...condition, wallMs: timing.wallMs() } }),
    });
  };
  report();
  const reporting = every(timing, reportEveryMs, report);
  return {
    [Symbol.dispose]: () => {
      reporting[Symbol.dispose]();
      report();
    },
  };
}

/** One entry per address, which may serve several models. */
function byAddress(endpoints: readonly ReportedEndpoint[]): ReportedEndpoint[] {
  const merged = new Map<string, ReportedEndpoint>();
  for (const each of endpoints) {
    const other = merged.get(each.endpoint);
    merged.set(each.endpoint, {
      endpoint: each.endpoint,
      baseUrl: each.baseUrl ?? each.endpoint,
      state: other === undefined || other.state === 'closed' ? each.state : other.state,
      inFlight: each.inFlight + (other?.inFlight ?? 0),
      calls: each.calls + (other?.calls ?? 0),
      lastError: each.lastError ?? other?.lastError,
      // They share the process's slots there.
      ...(each.limit !== undefined && { limit: Math.max(each.limit, other?.limit ?? 0) }),
      failures: { failed: failedIn(each) + failedIn(other) },
    });
  }
  return [...merged.values()];
}

function failedIn({ failures = {} }: Pick<ReportedEndpoint, 'failures'> = {}): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0);
}

/** How long an endpoint with calls in flight has finished none, as far as periodic looks can tell. */
export function createSilence(): { look(endpoint: ReportedEndpoint, nowMs: number): EndpointUse } {
  const seen = new Map<string, { ended: number; inFlight: number; sinceMs: number }>();
  return {
    look(reported, nowMs) {
      const { endpoint, baseUrl = endpoint, state, inFlight, calls, lastError = '', limit } = reported;
      const ended = calls - inFlight;
      const before = seen.get(endpoint);
      const isSilent = before?.ended === ended && before.inFlight > 0 && inFlight > 0;
      const sinceMs = isSilent ? before.sinceMs : nowMs;
      seen.set(endpoint, { ended, inFlight, sinceMs });
      return {
        ...{ baseUrl, callsInFlight: inFlight, silentMs: Math.round(nowMs - sinceMs), state, lastError },
        ...(limit !== undefined && { name: endpoint, limit, calls, failed: failedIn(reported) }),
      };
    },
  };
}
