import { type RunManifest, RunStatus } from '../contracts/generated/scale/v1/control.ts';
import type { Bus } from './bus.ts';

export interface Pause {
  /** Wall-clock time. */
  readonly nowMs: number;
  /** The run pauses itself: continuing would not help before a person has fixed the cause. */
  readonly needsPerson?: boolean;
}

/**
 * Holds a running run, with the reason that people will read; its jobs stay queued and are not pulled. A run that is already
 * paused keeps its first reason, and one that has ended stays as it is.
 * @returns the manifest after that, undefined if there is no such run
 */
export function pauseRun(
  { runs }: Pick<Bus, 'runs'>,
  runId: string,
  reason: string,
  how: Pause,
): Promise<RunManifest | undefined> {
  return runs.update(runId, (manifest) => pausedManifest(manifest, reason, how));
}

/** The same of a manifest. Whatever has held the run before holds it no more. */
export function pausedManifest(manifest: RunManifest, reason: string, { nowMs, needsPerson = false }: Pause): RunManifest {
  if (manifest.status !== RunStatus.RUNNING) return manifest;
  const { limits } = manifest;
  return {
    ...{ ...manifest, status: RunStatus.PAUSED, pauseReason: reason, pausedAtMs: nowMs },
    ...(limits && { limits: { ...limits, heldBy: '' } }),
    ...(needsPerson && { needsPerson }),
  };
}

/** The manifest of a paused run that a person lets go on; any other stays as it is. */
export function resumedManifest(manifest: RunManifest): RunManifest {
  if (manifest.status !== RunStatus.PAUSED) return manifest;
  return { ...manifest, status: RunStatus.RUNNING, ...noPause, resumed: (manifest.resumed ?? 0) + 1 };
}

/** What is cleared in a manifest when the run continues, or is over. */
export const noPause = { pauseReason: '', pausedAtMs: 0, needsPerson: undefined } as const;
