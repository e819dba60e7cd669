import { pause } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import type { ModelClients } from './model-clients.ts';

/** By asking: the system gives no notice of changes in a mounted Secret. */
const lookEveryMs = 1_000;

/**
 * Takes over keys that are replaced in their files while the worker runs.
 * @returns what ends that
 */
export function watchKeys(models: Pick<ModelClients, 'lookUpKeys'>, timing: Timing): () => Promise<void> {
  const stopping = new AbortController();
  const watch = async (): Promise<void> => {
    for (;;) {
      await pause(timing, lookEveryMs, stopping.signal);
      if (stopping.signal.aborted) return;
      models.lookUpKeys();
    }
  };
  const watching = watch();
  return async () => {
    stopping.abort();
    await watching;
  };
}
