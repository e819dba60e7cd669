import { FailureError } from '../../../domain/failure.ts';
import { pause } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import {
  type EndpointError,
  InfrastructureError,
  needsPerson as isForPerson,
  RequestFailure,
} from '../errors/endpoint-errors.ts';
import type { EndpointRequest } from '../model-endpoint.ts';
import { createCallHistories, isSuspect, type OtherCalls, verdictOn } from './call-history.ts';
import { createEndpointLooks, settingsKeyOf } from './endpoint-looks.ts';
import type { EndpointLook } from './look-at-endpoint.ts';
import type { PoolMember } from './pool-member.ts';

/**
 * Decides whose fault a failed call is: the endpoint's, which is waited for, the call's own, or that of the person who set it up.
 */
export interface CallJudge {
  /**
   * Makes a call, after a look at the endpoints if they have not been asked with its settings yet.
   * @param make all attempts at it; rejects with an InfrastructureError once they have failed
   * @throws FailureError, InfrastructureError, or the signal's reason
   */
  watch<Reply>(request: EndpointRequest, make: () => Promise<Reply>, signal: AbortSignal): Promise<Reply>;
}

export interface CallJudgeSettings {
  readonly model: string;
  readonly members: readonly PoolMember[];
  readonly timing: Timing;
  readonly looksFirst: boolean;
  /** Ends the looks in progress. */
  readonly closing: AbortSignal;
  /** An endpoint was looked at, which may have opened or closed its circuit. */
  readonly looked: () => void;
  /** Every endpoint refuses calls with these settings: callers that wait to make one need not find out for themselves. */
  readonly refused: (isMeant: (request: EndpointRequest) => boolean, forPerson: string) => void;
}

/**
 * A refusal comes at once. A look that takes longer continues in parallel with the calls: hanging up might cancel the loading of
 * a model.
 */
const lookPatienceMs = 10_000;
const soonMs = 500;
/** Only a person can fix it: there is no point in asking sooner. */
const personMs = 30_000;

export function createCallJudge(settings: CallJudgeSettings): CallJudge {
  const { model, members, timing, closing } = settings;
  const looks = createEndpointLooks(members, timing, closing, settings.looked);
  const histories = createCallHistories();
  const firstLooks = new Map<string, Promise<EndpointError | undefined>>();
  const lookedFor = new Set<string>();

  const others = (): OtherCalls => ({
    nowMs: timing.monotonicMs(),
    answered: members.reduce((sum, member) => sum + member.answered, 0),
  });
  const needsPerson = (request: EndpointRequest, attempts: readonly EndpointError[], forPerson: string): InfrastructureError => {
    const key = settingsKeyOf(request);
    // Once it has been fixed, earlier proof that it works no longer counts.
    firstLooks.delete(key);
    lookedFor.delete(key);
    settings.refused((other) => settingsKeyOf(other) === key, forPerson);
    return new InfrastructureError(model, '', attempts, { waitMs: personMs, forPerson });
  };

  const lookBefore = async (request: EndpointRequest, signal: AbortSignal): Promise<void> => {
    const key = settingsKeyOf(request);
    if (lookedFor.has(key)) return;
    const first = firstLooks.get(key) ?? looks.all(request, closing).then(refusalOf, () => undefined);
    firstLooks.set(key, first);
    const enough = new AbortController();
    const patience = pause(timing, lookPatienceMs, AbortSignal.any([signal, enough.signal]));
    const refusal = await Promise.race([first, patience]);
    enough.abort();
    signal.throwIfAborted();
    if (refusal) throw needsPerson(request, [], refusal.message);
    lookedFor.add(key);
  };

  /** An endpoint that has just answered a small call with the same settings objects to this one, or to none. */
  const judge = async (error: InfrastructureError, request: EndpointRequest, signal: AbortSignal): Promise<Error> => {
    const { attempts, forPerson } = error;
    const history = histories.failed(callKeyOf(request), attempts);
    const last = attempts.at(-1);
    if (forPerson !== undefined || history === undefined || last === undefined || !isSuspect(history, others())) return error;
    // A single token proves less: neither that replies arrive whole, nor that their limit is accepted.
    const isPlain = last.ofRequest !== undefined && others().answered > 0;
    if (last.ofBatch && isForPerson(last)) return needsPerson(request, attempts, last.message);
    const found = await looks.all(request, signal, isPlain ? 'one-token' : 'whole-reply');
    const refusal = refusalOf(found);
    if (refusal !== undefined) return needsPerson(request, attempts, refusal.message);
    if (!found.some(({ kind }) => kind === 'answers')) return error;
    const verdict = verdictOn(history, others());
    if (verdict.kind === 'needs-person') return needsPerson(request, attempts, verdict.message);
    if (verdict.kind === 'try-again')
      return new InfrastructureError(model, 'it answers other calls', attempts, { waitMs: soonMs });
    const billed = history.failed.flatMap((failed) => failed.billed ?? []);
    return new RequestFailure(verdict.failure, billed, { cause: last });
  };

  return {
    watch: async (request, make, signal) => {
      const callKey = callKeyOf(request);
      histories.of(callKey, others());
      try {
        if (settings.looksFirst) await lookBefore(request, signal);
        const reply = await make();
        histories.forget(callKey);
        return reply;
      } catch (error) {
        const end = error instanceof InfrastructureError ? await judge(error, request, signal) : error;
        if (end instanceof FailureError) histories.forget(callKey);
        throw end;
      }
    },
  };
}

/** The same for every delivery of the job that makes the call. */
function callKeyOf({ jobId, callId }: EndpointRequest): string {
  return `${jobId} ${callId}`;
}

/** If every endpoint refuses: what the first of them says. */
function refusalOf(looks: readonly EndpointLook[]): EndpointError | undefined {
  const errors = looks.flatMap((look) => (look.kind === 'needs-person' ? [look.error] : []));
  return errors.length === looks.length ? errors[0] : undefined;
}
