import type { Benchmark } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import { decodeBenchmark } from '../contracts/benchmark-codec.ts';
import { configurationFromProto } from '../contracts/configuration-codec.ts';
import { type RunManifest, RunStatus } from '../contracts/generated/scale/v1/control.ts';
import { pricesFromProto } from '../contracts/prices-codec.ts';
import { type LoopSettings, restartingLoop } from '../lifecycle/restarting-loop.ts';
import type { Bus } from '../messaging/bus.ts';
import { type Standing, standingOf, usualStanding } from '../sharing/standing.ts';
import type { RunContext } from './job-work.ts';

/** The runs that the cluster knows, kept current by a watch. */
export interface RunDirectory {
  manifest(runId: string): RunManifest | undefined;
  /** Runs whose jobs may be pulled now. */
  active(): readonly RunManifest[];
  context(runId: string, signal: AbortSignal): Promise<RunContext>;
  /** What the run has beside others, as it is now. */
  standing(runId: string): Standing;
  /** Aborts when the run is cancelled or has failed. */
  cancelled(runId: string): AbortSignal;
  /** Aborts when the run's endpoints change: waiting for one of the old ones is pointless. */
  moved(runId: string): AbortSignal;
  /** Aborts when the run is paused; a new signal once it is resumed. */
  paused(runId: string): AbortSignal;
  stop(): Promise<void>;
}

export interface RunDirectorySettings extends Pick<LoopSettings, 'logger' | 'timing'> {
  /** Benchmarks are loaded when a run is first seen, not when its first job needs them: a large one takes longer than a job. */
  readonly loadsBenchmarks: boolean;
}

/** `changed` is called after each change. */
export function startRunDirectory(
  bus: Bus,
  { loadsBenchmarks, ...loops }: RunDirectorySettings,
  changed: () => void,
): RunDirectory {
  const manifests = new Map<string, RunManifest>();
  const standings = new Map<string, Standing>();
  /** Reading a configuration out of a manifest takes longer than the rest of a job that calls no model. */
  const contexts = new WeakMap<RunManifest, RunContext>();
  const benchmarks = new Map<string, Promise<Benchmark>>();
  const cancellations = new Map<string, AbortController>();
  const moves = new Map<string, AbortController>();
  const pauses = new Map<string, AbortController>();
  const stopping = new AbortController();

  const controllerOf = (controllers: Map<string, AbortController>, runId: string): AbortController => {
    const known = controllers.get(runId);
    if (known) return known;
    const created = new AbortController();
    controllers.set(runId, created);
    return created;
  };
  const accept = (manifest: RunManifest): void => {
    const { runId, status, endpoints } = manifest;
    const earlier = manifests.get(runId);
    manifests.set(runId, manifest);
    standings.set(runId, standingOf(manifest));
    if (earlier && JSON.stringify(earlier.endpoints) !== JSON.stringify(endpoints)) {
      const moving = moves.get(runId);
      moves.delete(runId);
      moving?.abort(new Error(`the endpoints of run ${runId} have changed`));
    }
    if (status === RunStatus.CANCELLED || status === RunStatus.FAILED) controllerOf(cancellations, runId).abort();
    else if (cancellations.get(runId)?.signal.aborted) cancellations.delete(runId);
    if (status === RunStatus.PAUSED) controllerOf(pauses, runId).abort();
    else if (pauses.get(runId)?.signal.aborted) pauses.delete(runId);
    const contentHash = manifest.configuration?.benchmark?.contentHash;
    // A load that fails is tried again by the first job, and told there.
    if (loadsBenchmarks && status === RunStatus.RUNNING && contentHash !== undefined) benchmarkOf(contentHash).catch(() => {});
    changed();
  };
  const watching = restartingLoop('watch runs', { ...loops, signal: stopping.signal }, async (signal) => {
    for await (const manifest of bus.runs.watch(signal)) accept(manifest);
  });

  const standingNow = (runId: string): Standing => standings.get(runId) ?? usualStanding;
  const benchmarkOf = (contentHash: string): Promise<Benchmark> => {
    const known = benchmarks.get(contentHash);
    if (known) return known;
    const loading = bus.blobs.get(contentHash).then(decodeBenchmark);
    benchmarks.set(contentHash, loading);
    // A load that failed must not be remembered.
    loading.catch(() => benchmarks.delete(contentHash));
    return loading;
  };

  return {
    manifest: (runId) => manifests.get(runId),
    active: () => [...manifests.values()].filter((manifest) => manifest.status === RunStatus.RUNNING),
    standing: standingNow,
    cancelled: (runId) => controllerOf(cancellations, runId).signal,
    moved: (runId) => controllerOf(moves, runId).signal,
    paused: (runId) => controllerOf(pauses, runId).signal,
    async context(runId, signal) {
      let manifest = manifests.get(runId);
      if (!manifest) {
        manifest = await bus.runs.get(runId);
        signal.throwIfAborted();
      }
      const known = manifest && contexts.get(manifest);
      if (known) return known;
      if (!manifest?.configuration)
        throw new Error(`run ${runId} has no manifest: it was removed, or the job is not of this cluster`);
      const configuration = configurationFromProto(manifest.configuration);
      const context: RunContext = {
        runId,
        configuration,
        endpoints: manifest.endpoints,
        ...defined({ cache: manifest.cache, prices: manifest.prices && pricesFromProto(manifest.prices) }),
        standing: () => standingNow(runId),
        limits: () => manifests.get(runId)?.limits ?? manifest.limits,
        benchmark: () => benchmarkOf(configuration.benchmark.contentHash),
      };
      contexts.set(manifest, context);
      return context;
    },
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}
