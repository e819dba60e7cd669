import { within } from '../../lifecycle/abort.ts';
import { every, type Timing } from '../../lifecycle/timing.ts';
import type { ModelEndpoint } from '../model-endpoint.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { readEngineLoad } from './engine-load.ts';
import { isOwnLoad, steeredLimit } from './steered-limit.ts';

export const lookAtLoadMs = 2_000;
/** A server that has answered without a load this often in a row is asked again only after `rest` looks: a minute. */
const patience = { tries: 2, rest: 30 } as const;

/** Steers a limit by what the endpoint's own engine says, as long as it says something; else it is left to itself. */
export function watchLoad(endpoint: ModelEndpoint, limit: ConcurrencyLimit, timing: Timing): Disposable {
  const { loadText } = endpoint;
  const max = endpoint.settings.maxConcurrency;
  let asking = false;
  let misses = 0;
  let resting = 0;
  let preemptions: number | undefined;

  const look = async (ask: NonNullable<ModelEndpoint['loadText']>): Promise<void> => {
    using enough = within(timing, lookAtLoadMs);
    const load = readEngineLoad(await ask(enough.signal));
    const { inFlight } = limit;
    if (load === undefined || !isOwnLoad(load, inFlight)) {
      misses += 1;
      if (misses >= patience.tries) resting = patience.rest;
      limit.leave();
      return;
    }
    misses = 0;
    const preempted = Math.max(0, load.preemptions - (preemptions ?? load.preemptions));
    preemptions = load.preemptions;
    limit.steerTo(steeredLimit({ limit: limit.limit, max, inFlight, load, preempted }));
  };

  return every(timing, lookAtLoadMs, () => {
    resting = Math.max(0, resting - 1);
    if (loadText === undefined || asking || resting > 0 || limit.inFlight === 0) return;
    asking = true;
    look(loadText)
      // One that cannot be reached now has not said that it shows nothing.
      .catch(() => limit.leave())
      .finally(() => {
        asking = false;
      });
  });
}
