import { defined } from '../../domain/defined.ts';
import type { Endpoint } from '../contracts/generated/scale/v1/control.ts';
import type { EndpointLook, WorkerCondition } from '../contracts/generated/scale/v1/job.ts';
import { coerceError } from '../errors/coerce-error.ts';
import { within } from '../lifecycle/abort.ts';
import { restartingLoop } from '../lifecycle/restarting-loop.ts';
import type { Timing } from '../lifecycle/timing.ts';
import type { Logger } from '../telemetry/logger.ts';

/** How programs that models write are confined, or why none can be run. */
export type SandboxLook = { readonly isolation: string } | { readonly noSandbox: string };

export interface ConditionSettings {
  readonly role: string;
  readonly version: string;
  /** As for /readyz. */
  check(signal: AbortSignal): Promise<void>;
  /** Those that the cluster's own settings name, by model. */
  endpoints(): ReadonlyMap<string, readonly Endpoint[]>;
  /** Asks an endpoint for its list of models. @throws why it does not answer */
  ask(endpoint: Endpoint, signal: AbortSignal): Promise<void>;
  /** Not given: it runs no programs. */
  lookAtSandbox?: ((signal: AbortSignal) => Promise<SandboxLook>) | undefined;
  readonly logger: Logger;
  readonly timing: Timing;
}

export interface WatchedCondition {
  current(): Omit<WorkerCondition, 'wallMs'>;
  stop(): Promise<void>;
}

const lookEveryMs = 10_000;
const askEveryMs = 60_000;
const firstLookMs = 1_000;
/** A sandbox costs a second of CPU time, which a service that is just starting has a better use for. */
const sandboxAfterMs = 30_000;
const withinMs = 8_000;

/** Finds out how a worker is, for `scale doctor`, without getting in the way of its work. */
export function watchCondition(settings: ConditionSettings): WatchedCondition {
  const { role, version, check, endpoints, ask, lookAtSandbox, logger, timing } = settings;
  const stopping = new AbortController();
  let trouble = '';
  let looks: EndpointLook[] = [];
  let sandbox: SandboxLook | undefined;
  let askedOf: unknown;
  let askedAtMs = Number.NEGATIVE_INFINITY;

  const problemOf = async (signal: AbortSignal, work: (limit: AbortSignal) => Promise<void>): Promise<string> => {
    using limit = within(timing, withinMs);
    try {
      await work(AbortSignal.any([signal, limit.signal]));
      return '';
    } catch (error) {
      return limit.signal.aborted ? `no answer within ${withinMs / 1000} s` : coerceError(error).message;
    }
  };
  const askAll = async (signal: AbortSignal): Promise<void> => {
    const now = timing.monotonicMs();
    const isDue = askedOf !== endpoints() || now - askedAtMs >= askEveryMs;
    if (isDue) {
      askedOf = endpoints();
      askedAtMs = now;
    }
    const before = looks;
    const wanted = [...endpoints()].flatMap(([model, servers]) => servers.map((endpoint) => ({ model, endpoint })));
    looks = await Promise.all(
      wanted.map(async ({ model, endpoint }, index): Promise<EndpointLook> => {
        const last = before[index];
        // One that could not be reached, since it was only starting, must not be called so for a minute.
        if (!isDue && last?.problem === '') return last;
        return { model, baseUrl: endpoint.baseUrl, problem: await problemOf(signal, (limit) => ask(endpoint, limit)) };
      }),
    );
  };
  const startedMs = timing.monotonicMs();
  const watching = restartingLoop('watch the condition', { signal: stopping.signal, logger, timing }, async (signal) => {
    await timing.sleep(firstLookMs, signal);
    for (;;) {
      trouble = await problemOf(signal, check);
      await askAll(signal);
      if (lookAtSandbox && sandbox === undefined && timing.monotonicMs() - startedMs >= sandboxAfterMs) {
        sandbox = await lookAtSandbox(signal);
      }
      await timing.sleep(lookEveryMs, signal);
    }
  });
  return {
    current: () => ({ role, version, trouble, looks, ...defined({ ...sandbox }) }),
    stop: async () => {
      stopping.abort();
      await watching;
    },
  };
}
