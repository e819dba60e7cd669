import { randomUUID } from 'node:crypto';
import { defined } from '../../../domain/defined.ts';
import { coerceError } from '../../errors/coerce-error.ts';
import { createHolderDeaths } from '../../lifecycle/holder-deaths.ts';
import { restartingLoop } from '../../lifecycle/restarting-loop.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import type { SlotTableStore } from '../../messaging/table-store.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { type EndpointSettings, endpointName } from '../settings/endpoint-settings.ts';
import type { CapLeases } from './call-caps.ts';
import { type CallRate, createCallRate } from './call-rate.ts';
import { createSlotLease, type OwnSlotLease, type SlotLease } from './slot-lease.ts';

/** This process's leases of slots, one for each endpoint that it calls. */
export interface SlotLeases extends CapLeases {
  /**
   * Those who name the same server and the same limits share a lease. Where runs give one server different limits, each has its
   * own, and all calls together have at most the highest.
   */
  leaseFor(endpoint: SlotEndpoint): SlotLease;
  /** Gives everything back. Idempotent. */
  close(): Promise<void>;
}

export type SlotEndpoint = Pick<
  EndpointSettings,
  'baseUrl' | 'address' | 'maxConcurrency' | 'requestsPerMinute' | 'tokensPerMinute'
>;

export interface SlotLeasesSettings {
  readonly store: SlotTableStore;
  /** The worker's name, for people. */
  readonly name: string;
  /** Others take what this process has once it has been silent for this long. */
  readonly ttlMs: number;
  readonly timing: Timing;
  readonly logger: Logger;
  /** Of this process alone, without a slash; random if not given. */
  readonly id?: string;
  /** Whether the process that had this id is known to have ended, which frees its slots half a second later. */
  readonly hasEnded?: (id: string) => boolean;
}

/** What the table of a cap is called, which no address begins with. */
const capMark = 'calls of ';

export function createSlotLeases(settings: SlotLeasesSettings): SlotLeases {
  const { store, name, ttlMs, timing, logger, id = randomUUID(), hasEnded = () => false } = settings;
  const leases = new Map<string, { readonly endpoint: string; readonly lease: OwnSlotLease }>();
  const stopping = new AbortController();
  let watching: Promise<void> | undefined;

  const lookAgain = (): void => {
    for (const { lease } of leases.values()) lease.lookAgain();
  };
  const observed = createHolderDeaths(timing, hasEnded, lookAgain);

  const watch = () =>
    restartingLoop('watch slots', { logger, timing, signal: stopping.signal }, async (signal) => {
      for await (const table of store.watch(signal)) {
        observed.saw(table.endpoint, table.holders);
        for (const { endpoint, lease } of leases.values()) if (endpoint === table.endpoint) lease.saw(table);
      }
    });

  let opened = 0;
  const open = (key: string, endpoint: string, limit: number, rate?: CallRate): SlotLease => {
    const known = leases.get(key);
    if (known) return known.lease;
    watching ??= watch();
    const holder = `${name}/${id}/${opened}`;
    opened += 1;
    const lease = createSlotLease({
      ...{ endpoint, limit, holder, ttlMs, timing, logger, rate },
      isDead: (other) => observed.isDead(endpoint, other),
      store: {
        update: (at, change) =>
          store.update(at, (table) => {
            observed.saw(endpoint, table.holders);
            return change(table);
          }),
      },
    });
    leases.set(key, { endpoint, lease });
    return lease;
  };
  const close = ({ endpoint, lease }: { readonly endpoint: string; readonly lease: OwnSlotLease }): Promise<void> =>
    lease.close().catch((error: unknown) => {
      logger.warn({ err: coerceError(error), endpoint }, 'slots could not be given back; others have them when they expire');
    });
  /** Runs end: what kept them to a limit is let go when the next one is opened. */
  const closeIdleCaps = (): void => {
    for (const [key, known] of leases) {
      if (!key.startsWith(capMark) || !known.lease.isIdle()) continue;
      leases.delete(key);
      void close(known);
    }
  };

  return {
    leaseFor({ baseUrl, address, maxConcurrency: limit, requestsPerMinute, tokensPerMinute }) {
      const endpoint = endpointName({ baseUrl: asUsual(baseUrl), ...defined({ address }) });
      const key = JSON.stringify([endpoint, limit, requestsPerMinute, tokensPerMinute]);
      const isRated = requestsPerMinute !== undefined || tokensPerMinute !== undefined;
      return (
        leases.get(key)?.lease ??
        open(key, endpoint, limit, isRated ? createCallRate({ requestsPerMinute, tokensPerMinute }, timing) : undefined)
      );
    },
    leaseForCap({ name: whose, atMost }) {
      const endpoint = `${capMark}${whose}`;
      const key = `${endpoint} ${atMost}`;
      const known = leases.get(key);
      if (known) return known.lease;
      closeIdleCaps();
      return open(key, endpoint, atMost);
    },
    close: async () => {
      stopping.abort();
      await Promise.all([...[...leases.values()].map(close), watching]);
    },
  };
}

/** The same for every way in which an address may be written. */
function asUsual(baseUrl: string): string {
  const { origin, pathname, search } = new URL(baseUrl);
  return `${origin}${pathname.replace(/\/+$/, '')}${search}`;
}
