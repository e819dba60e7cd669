import { linked, type OwnSignal, onAbort, orAborted } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import { createFairLine, type FairLine, type Tried } from '../../sharing/fair-line.ts';
import { type Party, usualStanding } from '../../sharing/standing.ts';
import { inPresentScope, outsideScope } from '../../telemetry/tracing.ts';
import { type EndpointError, InfrastructureError, isTransient } from '../errors/endpoint-errors.ts';
import type { EndpointRequest, ModelEndpoint } from '../model-endpoint.ts';
import { type CallCaps, noCaps } from '../slots/call-caps.ts';
import type { SlotLease } from '../slots/slot-lease.ts';
import type { SlotEndpoint } from '../slots/slot-leases.ts';
import { createCallJudge } from './call-judge.ts';
import { createCallPace } from './call-pace.ts';
import { chooseEndpoint } from './choose-endpoint.ts';
import type { CircuitSettings } from './circuit-breaker.ts';
import { estimatedPrompt, type MeteredReply, meteredAttempt } from './metered-attempt.ts';
import { createPoolMember, type EndpointHealth, type PoolMember } from './pool-member.ts';
import { createReissues } from './reissue.ts';
import { defaultRetryPolicy, type RetryPolicy, retry } from './retry.ts';
import { createRetryBudget, type RetryBudget } from './retry-budget.ts';
import { tracedAttempt } from './trace-attempt.ts';
import { createWaitingCalls, type WaitingCall } from './waiting-calls.ts';
import { watchReturn } from './watch-return.ts';

/** All endpoints of one model: which one gets a call, how many at once, and what happens when one fails. Shared by all jobs. */
export interface EndpointPool {
  readonly model: string;
  /**
   * Waits for a free place, asks, and tries again where that makes sense, elsewhere first.
   * @param prefixKey calls with the same key begin with the same text
   * @param caller whose call it is; not given: nobody's
   * @throws FailureError; InfrastructureError; or the signal's reason
   */
  complete(request: EndpointRequest, prefixKey: string, signal: AbortSignal, caller?: PoolCaller): Promise<PooledReply>;
  health(): readonly EndpointHealth[];
  /** These from now on. Those that were there before stay as they are; others get no more calls, and are closed when idle. */
  setEndpoints(endpoints: readonly ModelEndpoint[]): void;
  /** The part of a run's share at the endpoints that is this process's, in (0, 1]. */
  partOf(runId: string): number;
  /** Calls that wait for a slot. */
  readonly waiting: number;
  /** Cuts the calls in flight and those waiting. Idempotent. */
  close(): Promise<void>;
}

/** Whose call it is. */
export interface PoolCaller {
  readonly party: Party;
  /** The call waits for its place from now on, until it calls what this returns. */
  waits?(): () => void;
}

export interface PooledReply extends MeteredReply {
  readonly endpoint: string;
  /** From 1. */
  readonly attempts: number;
}

export interface PoolSettings {
  readonly model: string;
  /** At least one. */
  readonly endpoints: readonly ModelEndpoint[];
  readonly timing: Timing;
  /** In [0, 1); decides only when and where a call goes, never what it asks. */
  readonly random: () => number;
  readonly retryPolicy?: RetryPolicy;
  readonly retryBudget?: RetryBudget;
  readonly circuit?: CircuitSettings;
  /** What this process may have in flight at an endpoint. Not given: as many as its settings say. */
  readonly slotsAt?: (endpoint: SlotEndpoint) => SlotLease;
  /** Decides who goes first, here and in other pools of the same endpoints. Default: one of its own. */
  readonly line?: FairLine;
  /** What keeps runs from having too many calls in flight. Default: nothing does. */
  readonly caps?: CallCaps;
  /** How long a call waits while no endpoint may be asked at all; after that its job must come back later. */
  readonly patienceMs?: number;
  /** Awaited before each call, where it gives something to wait for. */
  readonly ready?: () => Promise<void> | undefined;
  /** Look at the endpoints before the first call with new settings. Default: no. */
  readonly looksFirst?: boolean;
}

export const defaultPatienceMs = 120_000;

const nobody: PoolCaller = { party: { runId: '', standing: () => usualStanding } };

function mayReissue({ endpoint }: PoolMember): boolean {
  return endpoint.settings.reissue !== false;
}

export function createEndpointPool(settings: PoolSettings): EndpointPool {
  const { model, timing, random, patienceMs = defaultPatienceMs, caps = noCaps } = settings;
  const line = settings.line ?? createFairLine((runId) => partOf(runId));
  const pace = createCallPace();
  const newMember = (endpoint: ModelEndpoint): PoolMember =>
    createPoolMember(endpoint, timing, pace, {
      circuit: settings.circuit,
      slots: settings.slotsAt?.(endpoint.settings),
      onRoom: () => dispatch(),
    });
  const partOf = (runId: string): number => Math.max(...members.map((member) => member.partOf(runId)));
  const members = settings.endpoints.map(newMember);
  const leaving = new Set<PoolMember>();
  const watched = new Set<PoolMember>();
  const budget = settings.retryBudget ?? createRetryBudget();
  const policy = settings.retryPolicy ?? defaultRetryPolicy;
  const closing = new AbortController();
  /** For all of which one signal would have as many listeners. */
  const underWay = new Set<OwnSignal>();
  const waiters = createWaitingCalls();
  let dispatching = false;
  const counter = {
    served: () => {
      if (!dispatching) tellWaiting();
    },
  };
  const reissues = createReissues(timing);
  let wakeAtMs = Number.POSITIVE_INFINITY;

  /** The clock is read once for a look at the line and the timer that follows it: in between, an endpoint may be free. */
  let lookedMs: number | undefined;
  /**
   * Gives a slot to a waiting call. For one that is not admitted, a timer or the end of another call is pending, since every
   * endpoint is full, being probed, or free only after this moment.
   */
  const place = (waiter: WaitingCall): Tried => {
    const nowMs = lookedMs ?? timing.monotonicMs();
    const free = members.filter((member) => member.freeAtMs <= nowMs && member.hasRoom());
    if (free.length === 0) return 'full';
    if (!caps.hasRoom(waiter.party)) return 'held';
    const avoid = new Set(waiter.failed.map(({ endpoint }) => endpoint));
    const member = chooseEndpoint(free, { prefixKey: waiter.prefixKey, avoid, random });
    if (member === undefined) return 'full';
    waiter.admit(member);
    return 'begun';
  };

  /** Gives slots to waiting calls, each run its share, and those of a run in the order of their arrival. */
  const dispatch = (): void => {
    for (const member of leaving) if (member.inFlight === 0) release(member);
    const nowMs = timing.monotonicMs();
    lookedMs = nowMs;
    dispatching = true;
    line.serve();
    dispatching = false;
    lookedMs = undefined;
    if (members.every(({ freeAtMs }) => freeAtMs > nowMs)) for (const waiter of waiters.all()) refuseIfTooLong(waiter, nowMs);
    const laterMs = members.map(({ freeAtMs }) => freeAtMs).filter((atMs) => atMs > nowMs && Number.isFinite(atMs));
    if (waiters.size > 0 && laterMs.length > 0) wakeAt(Math.min(...laterMs), nowMs);
    tellWaiting();
  };
  let told = 0;
  const tellWaiting = (): void => {
    if (waiters.size === 0 && told === 0) return;
    told = waiters.size;
    const of = waiters.byParty();
    for (const member of members) member.waiting(told, of);
    caps.waiting(counter, of);
  };

  /** A server that cannot be reached is awaited, so that it has calls again as soon as it is back. */
  const awaitReturns = (): void => {
    for (const member of members) {
      if (watched.has(member) || !member.isUnreachable()) continue;
      watched.add(member);
      const over = (): void => {
        watched.delete(member);
        dispatch();
      };
      outsideScope(() => watchReturn(member, timing, closing.signal)).then(over, over);
    }
  };

  const release = (member: PoolMember): void => {
    leaving.delete(member);
    member.endpoint.close().then(undefined, () => {});
  };

  const refuseIfTooLong = (waiter: WaitingCall, nowMs: number): void => {
    const soonestMs = Math.min(...members.map(({ freeAtMs }) => freeAtMs));
    if (!Number.isFinite(soonestMs) || soonestMs <= waiter.sinceMs + patienceMs) return;
    // What kept it from being sent is known even where none of its own attempts has failed.
    const trouble = waiter.failed.at(-1) ?? members.map(({ lastError }) => lastError).find((error) => error !== undefined);
    const waitMs = soonestMs - nowMs;
    waiter.refuse(new InfrastructureError(model, 'no endpoint may be called now', waiter.failed, { waitMs, trouble }));
  };

  /** A timer that fires early only looks again, and sets the next one. */
  const wakeAt = (atMs: number, nowMs: number): void => {
    if (atMs >= wakeAtMs) return;
    wakeAtMs = atMs;
    timing.sleep(atMs - nowMs, closing.signal).then(
      () => {
        wakeAtMs = Number.POSITIVE_INFINITY;
        dispatch();
      },
      () => {}, // closed
    );
  };

  const send = (member: PoolMember, { request, prefixKey, failed, party }: WaitingCall, leg: OwnSignal): Promise<PooledReply> => {
    const cut = () => leg.abort(cutError());
    const capped = caps.begin(party, cut);
    // Before its slot is free: another of those that it held back is to have that, and not whoever else waits.
    const ask = (endpoint: ModelEndpoint) => meteredAttempt(endpoint, { ...request, prefixKey }, leg.signal).finally(capped);
    return member
      .send((endpoint) => tracedAttempt(endpoint.settings.baseUrl, failed.length, () => ask(endpoint)), {
        isLook: false,
        isRetry: failed.length > 0,
        ...{ cut, party },
        ...(member.endpoint.settings.tokensPerMinute !== undefined && { promptTokens: estimatedPrompt(request).promptTokens }),
      })
      .finally(() => {
        capped();
        awaitReturns();
        dispatch();
      })
      .then((reply) => ({ ...reply, endpoint: member.name, attempts: failed.length + 1 }));
  };

  /** Where others wait for a place there is none, so that a second sending never takes it from a first one. */
  const elsewhere = (member: PoolMember, { prefixKey, failed, party }: WaitingCall): PoolMember | undefined => {
    if (!caps.hasRoom(party)) return undefined;
    const nowMs = timing.monotonicMs();
    const avoid = new Set(failed.map(({ endpoint }) => endpoint));
    const others = members.filter((other) => other !== member && mayReissue(other) && !avoid.has(other.name));
    const free = others.filter(({ freeAtMs, hasRoom }) => freeAtMs <= nowMs && hasRoom());
    return chooseEndpoint(free, { prefixKey, avoid, random });
  };
  const sendOrReissue = (member: PoolMember, waiter: WaitingCall, either: OwnSignal): Promise<PooledReply> => {
    if (members.length < 2 || !mayReissue(member)) return send(member, waiter, either);
    return reissues.first({
      kind: waiter.request.purpose ?? '',
      at: member,
      elsewhere: () => elsewhere(member, waiter),
      send: (to, leg) => send(to, waiter, leg),
      lagged: member.lagged,
      signal: either.signal,
    });
  };

  /** One attempt: a place in the queue, then the call. */
  const attempt = (
    request: EndpointRequest,
    prefixKey: string,
    failed: readonly EndpointError[],
    either: OwnSignal,
    { party, waits }: PoolCaller,
  ) =>
    new Promise<PooledReply>((resolve, reject) => {
      const { signal } = either;
      signal.throwIfAborted();
      closing.signal.throwIfAborted();
      const settle = () => {
        waiters.remove(waiter);
        leave();
        goesOn?.();
        listening[Symbol.dispose]();
      };
      const waiter: WaitingCall = {
        request,
        prefixKey,
        failed: [...failed],
        sinceMs: timing.monotonicMs(),
        party,
        // By whichever call's end makes room.
        admit: inPresentScope((member: PoolMember) => {
          settle();
          sendOrReissue(member, waiter, either).then(resolve, reject);
        }),
        refuse: (error) => {
          settle();
          reject(error);
        },
      };
      const listening = onAbort(signal, () => waiter.refuse(signal.reason));
      const leave = line.join(party, counter, () => place(waiter));
      waiters.add(waiter);
      let goesOn: (() => void) | undefined;
      dispatch();
      if (waiters.has(waiter)) goesOn = waits?.();
    });

  const cutError = () =>
    new InfrastructureError(model, "the bus did not confirm this worker's slots in time, so its call was ended", [], {
      waitMs: 0,
    });

  /** A key or a model that one endpoint refuses may work at another. */
  const mayRetry = (failed: readonly EndpointError[]): boolean =>
    failed.every(isTransient) || new Set(failed.map(({ endpoint }) => endpoint)).size < members.length;

  const judge = createCallJudge({
    ...{ model, members, timing, closing: closing.signal },
    looksFirst: settings.looksFirst ?? false,
    looked: dispatch,
    refused: (isMeant, forPerson) => {
      for (const waiter of waiters.all().filter(({ request }) => isMeant(request)))
        waiter.refuse(new InfrastructureError(model, '', waiter.failed, { waitMs: 0, forPerson }));
    },
  });

  return {
    model,
    complete: async (request, prefixKey, asked, caller = nobody) => {
      using either = linked(asked);
      const { signal } = either;
      closing.signal.throwIfAborted();
      underWay.add(either);
      using _done = { [Symbol.dispose]: () => void underWay.delete(either) };
      const readying = settings.ready?.();
      if (readying !== undefined) await orAborted(readying, signal);
      const dependencies = { model, policy, budget, timing, random, mayRetry };
      const make = () => retry((failed) => attempt(request, prefixKey, failed, either, caller), dependencies, signal);
      return await judge.watch(request, make, signal);
    },
    health: () => [...members, ...leaving].map((member) => member.health()),
    setEndpoints: (endpoints) => {
      const stay = members.filter(({ endpoint }) => endpoints.includes(endpoint));
      for (const member of members.filter((each) => !stay.includes(each))) {
        member.leave();
        leaving.add(member);
      }
      const known = new Set(stay.map(({ endpoint }) => endpoint));
      // In place: others hold this very list.
      members.splice(0, members.length, ...stay, ...endpoints.filter((endpoint) => !known.has(endpoint)).map(newMember));
      dispatch();
    },
    partOf,
    get waiting() {
      return waiters.size;
    },
    close: async () => {
      if (closing.signal.aborted) return;
      closing.abort(new Error(`the endpoints of ${model} are closed`));
      for (const call of underWay) call.abort(closing.signal.reason);
      for (const member of members) member.leave();
      await Promise.all([...members, ...leaving].map(({ endpoint }) => endpoint.close()));
    },
  };
}
