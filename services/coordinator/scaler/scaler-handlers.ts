import { ScaleError } from '../../domain/errors/scale-error.ts';
import type {
  GetMetricSpecResponse,
  GetMetricsResponse,
  ScaledObjectRef,
} from '../../shared/contracts/generated/externalscaler/externalscaler.ts';
import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { linked, orAborted, within } from '../../shared/lifecycle/abort.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { createWakeup } from '../../shared/lifecycle/wakeup.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { RunsGoingOn } from './runs-going-on.ts';
import { type ScaledTarget, scaledTarget } from './scaled-target.ts';
import { type RunInHand, type Surroundings, type Wanted, wantedReplicas } from './wanted-replicas.ts';

/** KEDA's ExternalScaler as plain functions; scaler-server.ts puts gRPC around them. */
export interface ScalerHandlers {
  isActive(asked: ScaledObjectRef, signal: AbortSignal): Promise<boolean>;
  /** The present answer, then each other one. */
  activity(asked: ScaledObjectRef, signal: AbortSignal): AsyncIterable<boolean>;
  metricSpec(asked: ScaledObjectRef): GetMetricSpecResponse;
  metrics(asked: ScaledObjectRef, metricName: string, signal: AbortSignal): Promise<GetMetricsResponse>;
}

export interface ScalerSource {
  readonly bus: Bus;
  readonly runs: RunsGoingOn;
  readonly timing: Timing;
  around(): Surroundings;
}

/** The bus may try for far longer; who asks is then better told that there is no answer. */
const answerWithinMs = 5_000;
/** A job in progress of a run that is paused ends without any change of the run. */
const lookEveryMs = 2_000;

/**
 * All answers come from the bus, so that any coordinator gives the same, whichever drives the runs. What cannot be found out is
 * an error and never 0: KEDA leaves the replicas as they are then.
 */
export function createScalerHandlers({ bus, runs, timing, around }: ScalerSource): ScalerHandlers {
  const inHand = async (signal: AbortSignal): Promise<RunInHand[]> => {
    const manifests = runs.list();
    // Without any run there is nothing to count, which would not show that the server is away.
    if (manifests.length === 0) await bus.check(signal);
    return await Promise.all(manifests.map((manifest) => jobsOf(bus, manifest)));
  };
  const wantedFor = async (target: ScaledTarget, signal: AbortSignal): Promise<Wanted> => {
    using limit = within(timing, answerWithinMs);
    using either = linked(signal, limit.signal);
    try {
      return wantedReplicas(target, await orAborted(inHand(either.signal), either.signal), around());
    } catch (error) {
      throw limit.signal.aborted ? new LateAnswerError(bus.trouble()?.message) : error;
    }
  };
  return {
    isActive: async (asked, signal) => (await wantedFor(scaledTarget(asked), signal)).active,
    async *activity(asked, signal) {
      const target = scaledTarget(asked);
      using wakeup = createWakeup(signal);
      const forget = runs.onChange(wakeup.wake);
      let told: boolean | undefined;
      try {
        while (!signal.aborted) {
          const { active } = await wantedFor(target, signal);
          if (active !== told) yield active;
          told = active;
          const cancel = timing.after(lookEveryMs, wakeup.wake);
          await wakeup.wait();
          cancel();
        }
      } finally {
        forget();
      }
    },
    metricSpec: (asked) => {
      const metricName = nameOf(scaledTarget(asked));
      // The value is in replicas: how much one takes has been divided by.
      return { metricSpecs: [{ metricName, targetSize: 1, targetSizeFloat: 1 }] };
    },
    async metrics(asked, metricName, signal) {
      const target = scaledTarget(asked);
      const { replicas } = await wantedFor(target, signal);
      return { metricValues: [{ metricName, metricValue: replicas, metricValueFloat: replicas }] };
    },
  };
}

class LateAnswerError extends ScaleError {
  readonly kind = 'unreachable';
  constructor(trouble: string | undefined) {
    super(`the jobs could not be counted within ${answerWithinMs / 1_000} s${trouble === undefined ? '' : `: ${trouble}`}`);
  }
}

function nameOf({ role }: ScaledTarget): string {
  return `scale-${role}-replicas`;
}

async function jobsOf(bus: Bus, manifest: RunManifest): Promise<RunInHand> {
  const { runId } = manifest;
  const [execute, predict, propose] = await Promise.all([
    bus.jobs.count('execute', runId),
    bus.jobs.count('predict', runId),
    bus.jobs.count('propose', runId),
  ]);
  return { manifest, jobs: { execute, predict, propose } };
}
