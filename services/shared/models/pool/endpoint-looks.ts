import { linked, orAborted } from '../../lifecycle/abort.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import type { EndpointRequest } from '../model-endpoint.ts';
import { type EndpointLook, lookAtEndpoint, type SendLook } from './look-at-endpoint.ts';
import type { PoolMember } from './pool-member.ts';

/** Looks at a pool's endpoints, for all of its callers: those that ask for the same look share one. */
export interface EndpointLooks {
  /** A look at each endpoint that begins now or later. @throws the signal's reason */
  all(request: EndpointRequest, signal: AbortSignal, howMuch?: 'one-token' | 'whole-reply'): Promise<EndpointLook[]>;
}

interface SharedLook {
  readonly current: Promise<EndpointLook>;
  next?: Promise<EndpointLook>;
}

/** What a look is about: the settings except the seed, which differs by call. */
export function settingsKeyOf({ model, temperature, topP, maxTokens, chatTemplateKwargs }: EndpointRequest): string {
  return JSON.stringify([model, temperature, topP, maxTokens, chatTemplateKwargs]);
}

/**
 * @param closing ends the looks in progress
 * @param ended is called after each call of a look, which may have opened or closed an endpoint's circuit
 */
export function createEndpointLooks(
  members: readonly PoolMember[],
  timing: Timing,
  closing: AbortSignal,
  ended: () => void,
): EndpointLooks {
  const shared = new Map<string, SharedLook>();

  const lookAt = async (member: PoolMember, request: EndpointRequest, howMuch: 'one-token' | 'whole-reply') => {
    using own = linked(closing);
    const cut = (): void => own.abort(new Error(`the look at ${member.name} was ended, since its slot may be another worker's`));
    const send: SendLook = (work) => member.send(work, { isLook: true, cut }).finally(ended);
    return await lookAtEndpoint(member.endpoint, request, own.signal, { howMuch, timing, send });
  };
  const begin = (key: string, look: () => Promise<EndpointLook>): Promise<EndpointLook> => {
    const current = look().finally(() => {
      if (shared.get(key)?.current === current) shared.delete(key);
    });
    shared.set(key, { current });
    return current;
  };
  /** A look in progress began before the caller's trouble, and so may not have met it: the caller gets the next one. */
  const share = (key: string, look: () => Promise<EndpointLook>): Promise<EndpointLook> => {
    const underWay = shared.get(key);
    if (underWay === undefined) return begin(key, look);
    const after = (): Promise<EndpointLook> => begin(key, look);
    underWay.next ??= underWay.current.then(after, after);
    return underWay.next;
  };

  return {
    all: async (request, signal, howMuch = 'one-token') => {
      const key = settingsKeyOf(request);
      const looks = members.map((member) => share(`${member.name} ${howMuch} ${key}`, () => lookAt(member, request, howMuch)));
      // The look continues for the others that wait for it.
      return await orAborted(Promise.all(looks), signal);
    },
  };
}
