import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { isSettled } from '../../shared/contracts/is-settled.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { type RunView, readRunView } from './run-log.ts';

/**
 * Reads what the logs of runs add up to. Nothing is added to one that has ended: whoever asks for it next gets the same, for as
 * long as memory is not wanted for something else.
 */
export function createEndedViews(bus: Bus): (manifest: RunManifest, signal: AbortSignal) => Promise<RunView | undefined> {
  let kept: { readonly key: string; readonly view: WeakRef<RunView> } | undefined;
  return async (manifest, signal) => {
    const { runId, createdAtMs } = manifest;
    const isOver = isSettled(manifest);
    // A run that was deleted and begun anew has the same id.
    const key = `${runId} ${createdAtMs}`;
    const known = kept?.key === key ? kept.view.deref() : undefined;
    if (known !== undefined && isOver) return known;
    const view = await readRunView(bus, runId, signal);
    if (view !== undefined && isOver) kept = { key, view: new WeakRef(view) };
    return view;
  };
}
