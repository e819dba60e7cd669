import { type RunManifest, RunStatus } from '../contracts/generated/scale/v1/control.ts';
import type { Bus } from './bus.ts';

/**
 * Holds a run that goes on, with the reason that people will read; its jobs stay queued and nobody pulls them. A run that is
 * paused already keeps the first reason, and one that has ended stays as it is.
 * @param nowMs wall-clock time
 * @returns the manifest as it is then, undefined if there is no such run
 */
export function pauseRun(bus: Bus, runId: string, reason: string, nowMs: number): Promise<RunManifest | undefined> {
  return bus.runs.update(runId, (manifest) =>
    manifest.status === RunStatus.RUNNING
      ? { ...manifest, status: RunStatus.PAUSED, pauseReason: reason, pausedAtMs: nowMs }
      : manifest,
  );
}
