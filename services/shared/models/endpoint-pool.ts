import { FailureError } from '../../domain/failure.ts';
import { firstAbort } from '../lifecycle/first-abort.ts';
import { type MeteredReply, meteredAttempt } from './attempt-meter.ts';
import { createCallHistories, isSuspect, type OtherCalls, verdictOn } from './call-history.ts';
import { chooseEndpoint } from './choose-endpoint.ts';
import type { CircuitSettings } from './circuit-breaker.ts';
import { type EndpointError, InfrastructureError, isTransient, RequestFailure } from './endpoint-errors.ts';
import { createEndpointLooks, settingsKeyOf } from './endpoint-looks.ts';
import type { EndpointLook } from './look-at-endpoint.ts';
import type { EndpointRequest, ModelEndpoint } from './model-endpoint.ts';
import { createPoolMember, type EndpointHealth, type PoolMember } from './pool-member.ts';
import { defaultRetryPolicy, type RetryPolicy, retry } from './retry.ts';
import { createRetryBudget, type RetryBudget } from './retry-budget.ts';
import type { Timing } from './timing.ts';

/** All endpoints of one model: who gets a call, how many at once, and what happens when one fails. Shared by all jobs. */
export interface EndpointPool {
  readonly model: string;
  /**
   * Waits for a free place, asks, and tries again where that makes sense, elsewhere first.
   * @param prefixKey calls with the same key begin with the same text
   * @throws FailureError; InfrastructureError; or the signal's reason
   */
  complete(request: EndpointRequest, prefixKey: string, signal: AbortSignal): Promise<PooledReply>;
  health(): readonly EndpointHealth[];
  /** Calls that wait for a place. */
  readonly waiting: number;
  /** Cuts the calls in flight and those that wait. Idempotent. */
  close(): Promise<void>;
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
  /** In [0, 1); decides only when and where, never what. */
  readonly random: () => number;
  readonly retryPolicy?: RetryPolicy;
  readonly retryBudget?: RetryBudget;
  readonly circuit?: CircuitSettings;
  /** How long a call waits while no endpoint may be asked at all; then its job is to come back later. */
  readonly patienceMs?: number;
  /** Look at the endpoints before the first call with new settings. Default: no. */
  readonly looksFirst?: boolean;
}

export const defaultPatienceMs = 120_000;

/** A call that waits for a place. */
interface Waiter {
  readonly request: EndpointRequest;
  readonly prefixKey: string;
  readonly failed: readonly EndpointError[];
  readonly sinceMs: number;
  readonly admit: (member: PoolMember) => void;
  readonly refuse: (error: unknown) => void;
}

export function createEndpointPool(settings: PoolSettings): EndpointPool {
  const { model, timing, random, patienceMs = defaultPatienceMs } = settings;
  const members = settings.endpoints.map((endpoint) => createPoolMember(endpoint, () => timing.monotonicMs(), settings.circuit));
  const budget = settings.retryBudget ?? createRetryBudget();
  const policy = settings.retryPolicy ?? defaultRetryPolicy;
  const closing = new AbortController();
  const looks = createEndpointLooks(members, closing.signal, () => dispatch());
  const histories = createCallHistories();
  const lookedFor = new Set<string>();
  const waiters = new Set<Waiter>();
  let wakeAtMs = Number.POSITIVE_INFINITY;

  /**
   * Gives places to those who wait, in the order in which they came. The clock is read once: whoever is not admitted is waited
   * for by a timer or by the end of a call, since every endpoint is full, being probed, or free only later than this one moment.
   */
  const dispatch = (): void => {
    const nowMs = timing.monotonicMs();
    for (const waiter of waiters) {
      const open = members.filter(({ freeAtMs }) => freeAtMs <= nowMs);
      const free = open.filter((member) => member.hasRoom());
      const avoid = new Set(waiter.failed.map(({ endpoint }) => endpoint));
      const member = chooseEndpoint(free, { prefixKey: waiter.prefixKey, avoid, random });
      if (member) waiter.admit(member);
      else if (open.length > 0) break;
      else refuseIfTooLong(waiter, nowMs);
    }
    const laterMs = members.map(({ freeAtMs }) => freeAtMs).filter((atMs) => atMs > nowMs && Number.isFinite(atMs));
    if (waiters.size > 0 && laterMs.length > 0) wakeAt(Math.min(...laterMs), nowMs);
  };

  const refuseIfTooLong = (waiter: Waiter, nowMs: number): void => {
    const soonestMs = Math.min(...members.map(({ freeAtMs }) => freeAtMs));
    if (!Number.isFinite(soonestMs) || soonestMs <= waiter.sinceMs + patienceMs) return;
    // What kept it from being sent is known also where no attempt of its own has failed.
    const trouble = waiter.failed.at(-1) ?? members.map(({ lastError }) => lastError).find((error) => error !== undefined);
    const waitMs = soonestMs - nowMs;
    waiter.refuse(new InfrastructureError(model, 'no endpoint is to be asked now', waiter.failed, { waitMs, trouble }));
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

  /** One attempt: a place in the line, then the call. */
  const attempt = (request: EndpointRequest, prefixKey: string, failed: readonly EndpointError[], signal: AbortSignal) =>
    new Promise<PooledReply>((resolve, reject) => {
      signal.throwIfAborted();
      closing.signal.throwIfAborted();
      const settle = () => {
        waiters.delete(waiter);
        signal.removeEventListener('abort', onAbort);
      };
      const waiter: Waiter = {
        request,
        prefixKey,
        failed: [...failed],
        sinceMs: timing.monotonicMs(),
        admit: (member) => {
          settle();
          member
            .send((endpoint) => meteredAttempt(endpoint, request, signal))
            .finally(dispatch)
            .then((reply) => resolve({ ...reply, endpoint: member.name, attempts: failed.length + 1 }), reject);
        },
        refuse: (error) => {
          settle();
          reject(error);
        },
      };
      const onAbort = () => waiter.refuse(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      waiters.add(waiter);
      dispatch();
    });

  /** A key or a model that one endpoint refuses may be good at another. */
  const mayRetry = (failed: readonly EndpointError[]): boolean =>
    failed.every(isTransient) || new Set(failed.map(({ endpoint }) => endpoint)).size < members.length;

  const others = (): OtherCalls => ({
    nowMs: timing.monotonicMs(),
    answered: members.reduce((sum, member) => sum + member.answered, 0),
  });

  /** Those who wait to ask with the same settings need not find out for themselves. */
  const giveUpFor = (request: EndpointRequest, attempts: readonly EndpointError[], forPerson: string): InfrastructureError => {
    const key = settingsKeyOf(request);
    lookedFor.delete(key);
    const same = [...waiters].filter((waiter) => settingsKeyOf(waiter.request) === key);
    for (const waiter of same) waiter.refuse(new InfrastructureError(model, '', waiter.failed, { waitMs: personMs, forPerson }));
    return new InfrastructureError(model, '', attempts, { waitMs: personMs, trouble: attempts.at(-1), forPerson });
  };

  /** @throws InfrastructureError if each endpoint refuses whoever asks with these settings */
  const lookBefore = async (request: EndpointRequest, signal: AbortSignal): Promise<void> => {
    const key = settingsKeyOf(request);
    if (!settings.looksFirst || lookedFor.has(key)) return;
    const refusal = refusalOf(await looks.all(request, signal));
    if (refusal !== undefined) throw giveUpFor(request, [], refusal.message);
    // Whatever else it showed, the calls themselves will tell.
    lookedFor.add(key);
  };

  /**
   * What becomes of a call after all attempts have failed. An endpoint that has just answered a small call with the same settings
   * has something against this one: then it is the call's own failure. One that refuses that too needs a person.
   */
  const judged = async (
    error: InfrastructureError,
    request: EndpointRequest,
    signal: AbortSignal,
  ): Promise<Error | undefined> => {
    const { attempts } = error;
    const history = histories.failed(callKeyOf(request), attempts);
    const last = attempts.at(-1);
    if (history === undefined || last === undefined || error.forPerson !== undefined) return undefined;
    if (!isSuspect(history, others())) return undefined;
    const found = await looks.all(
      request,
      signal,
      last.ofRequest === undefined || others().answered === 0 ? 'whole-reply' : 'one-token',
    );
    const refusal = refusalOf(found);
    if (refusal !== undefined) return giveUpFor(request, attempts, refusal.message);
    if (!found.some(({ kind }) => kind === 'answers')) return undefined;
    const verdict = verdictOn(history, others());
    if (verdict.kind === 'needs-person') return giveUpFor(request, attempts, verdict.message);
    if (verdict.kind === 'try-again')
      return new InfrastructureError(model, 'it answers others', attempts, { waitMs: policy.baseMs });
    const billed = history.failed.flatMap((failed) => failed.billed ?? []);
    return new RequestFailure(verdict.failure, billed, { cause: last });
  };

  return {
    model,
    complete: async (request, prefixKey, caller) => {
      using either = firstAbort(caller, closing.signal);
      const { signal } = either;
      const callKey = callKeyOf(request);
      histories.of(callKey, others());
      const dependencies = { model, policy, budget, timing, random, mayRetry };
      try {
        await lookBefore(request, signal);
        const reply = await retry((failed) => attempt(request, prefixKey, failed, signal), dependencies, signal);
        histories.forget(callKey);
        return reply;
      } catch (error) {
        if (!(error instanceof InfrastructureError)) {
          if (error instanceof FailureError) histories.forget(callKey);
          throw error;
        }
        const end = (await judged(error, request, signal)) ?? error;
        if (end instanceof FailureError) histories.forget(callKey);
        throw end;
      }
    },
    health: () => members.map((member) => member.health()),
    get waiting() {
      return waiters.size;
    },
    close: async () => {
      if (closing.signal.aborted) return;
      closing.abort(new Error(`the endpoints of ${model} are closed`));
      await Promise.all(members.map(({ endpoint }) => endpoint.close()));
    },
  };
}

/** For errors that only a person can mend. */
const personMs = 30_000;

/** The same whatever delivery of the job makes the call. */
function callKeyOf({ jobId, callId }: EndpointRequest): string {
  return `${jobId} ${callId}`;
}

/** If every endpoint refuses: what the first of them says. */
function refusalOf(looks: readonly EndpointLook[]): EndpointError | undefined {
  const errors = looks.flatMap((look) => (look.kind === 'needs-person' ? [look.error] : []));
  return errors.length === looks.length ? errors[0] : undefined;
}
