import { ScaleError } from '../../domain/errors/scale-error.ts';
import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { restartingLoop } from '../../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

/** The cluster's runs that have not ended, whoever drives them. */
export interface RunsGoingOn {
  /** @throws RunsUnknownError until all have been read, and again after the store was recreated */
  list(): readonly RunManifest[];
  /** Calls back after each change; what it returns unsubscribes. */
  onChange(changed: () => void): () => void;
  stop(): Promise<void>;
}

/** That nothing is known is not that there is nothing. */
export class RunsUnknownError extends ScaleError {
  readonly kind = 'unreachable';
  constructor() {
    super('the coordinator has not read the runs of the cluster yet');
  }
}

export function watchRunsGoingOn(bus: Bus, logger: Logger, timing: Timing): RunsGoingOn {
  const stopping = new AbortController();
  const listeners = new Set<() => void>();
  let runs = new Map<string, RunManifest>();
  let isComplete = false;
  let remade = new AbortController();
  const saw = (manifest: RunManifest): void => {
    if (hasEnded(manifest.status)) runs.delete(manifest.runId);
    else runs.set(manifest.runId, manifest);
  };
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const forget = bus.onRemade(() => {
    isComplete = false;
    remade.abort(new Error('the store was recreated'));
  });
  const watching = restartingLoop('watch runs for the scaler', { signal: stopping.signal, logger, timing }, async (signal) => {
    remade = new AbortController();
    const either = AbortSignal.any([signal, remade.signal]);
    const found = (await bus.runs.list()).filter(({ status }) => !hasEnded(status));
    // Only now: what was known before is true until this is, and nothing known would be taken for nothing to do.
    runs = new Map(found.map((manifest) => [manifest.runId, manifest]));
    isComplete = true;
    changed();
    for await (const manifest of bus.runs.watch(either)) {
      saw(manifest);
      changed();
    }
  });
  return {
    list() {
      if (!isComplete) throw new RunsUnknownError();
      return [...runs.values()];
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async stop() {
      stopping.abort();
      forget();
      await watching;
    },
  };
}
