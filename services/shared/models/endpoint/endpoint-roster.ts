import { linked, pause } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import type { ModelEndpoint } from '../model-endpoint.ts';
import type { EndpointSettings } from '../settings/endpoint-settings.ts';
import { hasMoved, nameToResolve, type ResolveName, serversAt } from '../settings/name-addresses.ts';
import type { ProxySettings } from '../settings/proxy-settings.ts';

/** The servers of a model as they are now: names are resolved again and again, and the settings themselves may change. */
export interface EndpointRoster {
  /** Those that have not changed are the same objects as before. */
  servers(): readonly ModelEndpoint[];
  /**
   * To be called with each call; resolves once names are resolved, or have taken too long. Undefined: there is no need to wait.
   */
  used(): Promise<void> | undefined;
  /** Other settings from now on. */
  change(settings: readonly EndpointSettings[]): void;
  /** `changed` is called after each change of the servers. */
  onChange(changed: () => void): void;
  stop(): void;
}

export interface RosterDependencies {
  readonly open: (settings: EndpointSettings) => ModelEndpoint;
  readonly resolve: ResolveName;
  readonly proxies: ProxySettings;
  readonly timing: Timing;
  /** Whether calls are under way or wait: without any, there is no point in looking. */
  readonly isBusy: () => boolean;
}

/** An address that comes or goes is noticed within this time and that of a lookup. */
export const lookEveryMs = 2_000;
/** A call does not wait any longer for its name: the connection would only fail more clearly. */
const patienceMs = 3_000;

export function createEndpointRoster(
  first: readonly EndpointSettings[],
  { open, resolve, proxies, timing, isBusy }: RosterDependencies,
): EndpointRoster {
  const addressesOf = new Map<string, readonly string[]>();
  /** How often a name has come to stand for something else: its connections are then opened again. */
  const moves = new Map<string, number>();
  /** Names that have had several servers: of these, the last one that is left stays what it was. */
  const split = new Set<string>();
  let opened = new Map<string, ModelEndpoint>();
  const stopping = new AbortController();
  let settings = first;
  let changed = (): void => {};
  let isWatching = false;
  let isUsed = false;
  let resolved: Promise<void> | undefined;
  let looking: Promise<void> | undefined;

  const nameOf = (each: EndpointSettings): string | undefined => nameToResolve(each, proxies);

  const wantedServers = (): Map<string, EndpointSettings> => {
    const wanted = new Map<string, EndpointSettings>();
    for (const each of settings) {
      const name = nameOf(each) ?? '';
      const servers = serversAt(each, addressesOf.get(name) ?? [], split.has(name) ? 1 : 2);
      if (servers.length > 0) split.add(name);
      for (const address of servers) wanted.set(JSON.stringify([each, address]), { ...each, address });
      if (servers.length === 0) wanted.set(JSON.stringify([each, moves.get(name) ?? 0]), each);
    }
    return wanted;
  };

  const rebuild = (): void => {
    const wanted = wantedServers();
    if (wanted.size === opened.size && [...wanted.keys()].every((key) => opened.has(key))) return;
    opened = new Map([...wanted].map(([key, server]) => [key, opened.get(key) ?? open(server)]));
    changed();
  };

  /** A name that cannot be resolved now keeps its addresses: whether they still answer is for the calls to find out. */
  const lookUp = async (name: string): Promise<void> => {
    const now = await resolve(name).catch((): readonly string[] => []);
    if (now.length === 0) return;
    if (hasMoved(addressesOf.get(name) ?? now, now)) moves.set(name, (moves.get(name) ?? 0) + 1);
    addressesOf.set(name, now);
  };
  const lookAtAll = async (): Promise<void> => {
    await Promise.all([...new Set(settings.flatMap((each) => nameOf(each) ?? []))].map(lookUp));
    looking = undefined;
    if (!stopping.signal.aborted) rebuild();
  };
  const look = async (): Promise<void> => {
    looking ??= lookAtAll();
    const enough = new AbortController();
    using either = linked(stopping.signal, enough.signal);
    await Promise.race([looking, pause(timing, patienceMs, either.signal)]);
    enough.abort();
  };
  const watch = async (): Promise<void> => {
    isWatching = true;
    resolved = look();
    do {
      await look();
      isUsed = false;
      await pause(timing, lookEveryMs, stopping.signal);
    } while (!stopping.signal.aborted && (isUsed || isBusy()));
    isWatching = false;
  };

  rebuild();
  return {
    servers: () => [...opened.values()],
    used: () => {
      isUsed = true;
      if (stopping.signal.aborted || settings.every((each) => nameOf(each) === undefined)) return undefined;
      if (!isWatching) watch().then(undefined, () => {});
      return resolved;
    },
    change: (next) => {
      settings = next;
      rebuild();
      looking = undefined;
      resolved = look();
    },
    onChange: (listener) => {
      changed = listener;
    },
    stop: () => stopping.abort(),
  };
}
