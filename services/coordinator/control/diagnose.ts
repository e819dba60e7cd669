import {
  type DiagnoseResponse,
  type LedRun,
  RunStatus,
  type StreamState,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { runLease } from '../../shared/messaging/run-lease.ts';
import { streams } from '../../shared/messaging/subjects-and-streams.ts';
import { version } from '../../shared/telemetry/version.ts';
import type { Coordinator } from '../coordinator.ts';
import { pauseOf, waitingToProto } from '../waits/run-wait.ts';

export interface DiagnoseSettings {
  /** Of this coordinator. */
  readonly name: string;
  readonly bus: Bus;
  readonly coordinator: Pick<Coordinator, 'figures' | 'wait' | 'workers'>;
  readonly timing: Timing;
}

/** What this deployment looks like from inside, for `scale doctor --server`: it says what is, and judges nothing. */
export async function diagnose(settings: DiagnoseSettings, signal: AbortSignal): Promise<DiagnoseResponse> {
  const { name, bus, coordinator, timing } = settings;
  const trouble = await problemOf(() => bus.check(signal));
  // Whoever asks wants to hear at once that NATS is away, and not after its deadline.
  const { isUp } = bus.link();
  const [found, runs] = await Promise.all([
    (isUp ? stateOfStreams(bus) : Promise.reject(new Error(trouble))).catch((error: unknown) => ({
      ...{ streams: [], streamsTrouble: coerceError(error).message },
    })),
    // Without the bus nobody knows; what is wrong with it is said above.
    isUp ? ledRuns(settings).catch(() => []) : [],
  ]);
  const workers = coordinator.workers
    .seen()
    .map(({ report, skewMs }) => ({ report, clockSkewMs: skewMs === undefined ? undefined : Math.round(skewMs) }));
  return {
    ...{ coordinator: name, version, wallMs: timing.wallMs(), trouble, natsVersion: bus.link().serverVersion },
    ...{ ...found, workers, settled: coordinator.workers.isSettled(), runs },
  };
}

async function problemOf(work: () => Promise<void>): Promise<string> {
  return await work().then(
    () => '',
    (error: unknown) => coerceError(error).message,
  );
}

async function stateOfStreams(bus: Bus): Promise<Pick<DiagnoseResponse, 'streams' | 'streamsTrouble'>> {
  const fill = await bus.fill();
  const found = fill.map((each): StreamState => {
    const { stream, messages, bytes, maxBytes, refusesWhenFull, differs } = each;
    return { stream, missing: false, messages, bytes, maxBytes, refusesWhenFull, differs: [...differs] };
  });
  const missing = Object.values(streams)
    .filter((stream) => !fill.some((each) => each.stream === stream))
    .map(
      (stream): StreamState => ({
        ...{ stream, missing: true, messages: 0, bytes: 0, maxBytes: 0, refusesWhenFull: false, differs: [] },
      }),
    );
  return { streams: [...found, ...missing], streamsTrouble: '' };
}

async function ledRuns({ bus, coordinator, timing }: DiagnoseSettings): Promise<LedRun[]> {
  const here = new Set(coordinator.figures().runs.flatMap(({ runId, isLeading }) => (isLeading ? [runId] : [])));
  const open = (await bus.runs.list()).filter(({ status }) => !hasEnded(status));
  return await Promise.all(
    open.map(async (manifest): Promise<LedRun> => {
      const { runId, status } = manifest;
      const wait = coordinator.wait(runId) ?? pauseOf(manifest, timing.wallMs());
      const isElsewhere = !here.has(runId) && (await bus.leases.holding(runLease(runId))) !== undefined;
      const leader = here.has(runId) ? 'here' : isElsewhere ? 'elsewhere' : 'nobody';
      const isTold = leader === 'here' || status === RunStatus.PAUSED;
      return { runId, status, leader, waiting: isTold && wait ? waitingToProto(wait, timing.wallMs()) : undefined };
    }),
  );
}
