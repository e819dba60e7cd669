import { type RunManifest, RunStatus } from '../contracts/generated/scale/v1/control.ts';
import type { Bus } from './bus.ts';

/**
 * Holds a running run, with the reason that people will read; its jobs stay queued and are not pulled. A run that is already
 * paused keeps its first reason, and one that has ended stays as it is.
 * @param nowMs wall-clock time
 * @param needsPerson the run pauses itself: continuing would not help before a person has fixed the cause
 * @returns the manifest after that, undefined if there is no such run
 */
export function pauseRun(
  { runs }: Pick<Bus, 'runs'>,
  runId: string,
  reason: string,
  { nowMs, needsPerson = false }: { readonly nowMs: number; readonly needsPerson?: boolean },
): Promise<RunManifest | undefined> {
  return runs.update(runId, (manifest) => {
    if (manifest.status !== RunStatus.RUNNING) return manifest;
    const paused = { ...manifest, status: RunStatus.PAUSED, pauseReason: reason, pausedAtMs: nowMs };
    return needsPerson ? { ...paused, needsPerson } : paused;
  });
}

/** What is cleared in a manifest when the run continues, or is over. */
export const noPause = { pauseReason: '', pausedAtMs: 0, needsPerson: undefined } as const;
