import { FailureError, type FailureKind } from '../../../domain/failure.ts';
import { nearName, suggestion } from '../../../domain/names/near-name.ts';
import { systemTiming, type Timing } from '../../lifecycle/timing.ts';
import { EndpointError, needsPerson } from '../errors/endpoint-errors.ts';
import type { EndpointReply, EndpointRequest, ModelEndpoint, ServedModels } from '../model-endpoint.ts';
import { endpointName } from '../settings/endpoint-settings.ts';
import { meteredAttempt } from './metered-attempt.ts';

/**
 * What a look at an endpoint has shown: it answers; it refuses every call with these settings until a person changes something
 * (the message says what); or it could not be determined now, since the endpoint is down or busy.
 */
export type EndpointLook =
  | { readonly kind: 'answers' }
  | { readonly kind: 'needs-person'; readonly error: EndpointError }
  | { readonly kind: 'not-now'; readonly error: EndpointError };

/** Settings of the calls that a look represents. */
export type LookedForRequest = Pick<
  EndpointRequest,
  'model' | 'temperature' | 'topP' | 'maxTokens' | 'seed' | 'chatTemplateKwargs' | 'meter'
>;

/** Sends one call; the pool counts it among its calls. */
export type SendLook = (work: (endpoint: ModelEndpoint) => Promise<EndpointReply>) => Promise<EndpointReply>;

/**
 * Asks for the list of models and for one token, with the settings of a run. What is refused is asked for once more with the
 * whole limit of a reply: a few models refuse a limit of one token, and a server may be wrong once. A list without the model is
 * no reason to refuse it, since servers list aliases, or nothing; where the model is refused, the list says which models exist.
 * @param howMuch `whole-reply` begins with the whole limit: for what only a whole reply can show
 * @throws the signal's reason
 */
export async function lookAtEndpoint(
  endpoint: ModelEndpoint,
  request: LookedForRequest,
  signal: AbortSignal,
  {
    howMuch = 'one-token',
    send = (work) => work(endpoint),
    timing = systemTiming,
  }: { readonly howMuch?: 'one-token' | 'whole-reply'; readonly send?: SendLook; readonly timing?: Timing } = {},
): Promise<EndpointLook> {
  const listed = endpoint.models(signal).catch((): ServedModels => ({ names: [], simulated: false, ownedBy: '' }));
  // A simulated model accepts any key, name and setting, and its calls are counted one by one.
  if ((await soon(listed, timing))?.simulated) return { kind: 'answers' };
  const ask = async (maxTokens: number): Promise<EndpointLook> => {
    const { meter, ...settings } = request;
    const asked: EndpointRequest = {
      ...settings,
      ...(meter?.preflight && { meter: meter.preflight }),
      maxTokens,
      messages: [{ role: 'user', content: 'Reply with the word OK.' }],
      jobId: '',
      callId: 'look',
    };
    try {
      await send((each) => meteredAttempt(each, asked, signal));
      return { kind: 'answers' };
    } catch (error) {
      signal.throwIfAborted();
      return lookOf(error, endpointName(endpoint.settings));
    }
  };
  const first = await ask(howMuch === 'one-token' ? 1 : request.maxTokens);
  if (first.kind !== 'needs-person') return first;
  const second = await ask(request.maxTokens);
  return second.kind === 'needs-person' ? withWhatThereIs(second.error, request.model, (await listed).names) : second;
}

/** The call does not wait any longer for a list that does not come. */
const listPatienceMs = 5_000;

async function soon<T>(work: Promise<T>, timing: Timing): Promise<T | undefined> {
  const enough = Promise.withResolvers<undefined>();
  const cancel = timing.after(listPatienceMs, () => enough.resolve(undefined));
  try {
    return await Promise.race([work, enough.promise]);
  } finally {
    cancel();
  }
}

/**
 * Faults of a single prompt that six harmless words cannot have: here the limit of the reply does not fit, or the account is
 * barred.
 */
const wrongForAll: Readonly<Partial<Record<FailureKind, string>>> = {
  'context-overflow': 'not even a short prompt fits',
  'content-filter': 'not even a harmless prompt passes its filter',
};

function lookOf(error: unknown, name: string): EndpointLook {
  if (error instanceof FailureError) {
    const whole = wrongForAll[error.failure.kind];
    if (whole === undefined) return { kind: 'answers' };
    return {
      kind: 'needs-person',
      error: new EndpointError('misconfigured', name, `${whole}: ${error.message}`),
    };
  }
  if (!(error instanceof EndpointError)) throw error;
  // A single token may be one that is not shown; a server that sends no message for a whole reply is not a chat server.
  const isNoReply = error.problem === 'malformed' || error.problem === 'empty';
  return { kind: needsPerson(error) || error.problem === 'unclear-refusal' || isNoReply ? 'needs-person' : 'not-now', error };
}

const mostNames = 8;

function withWhatThereIs(error: EndpointError, model: string, names: readonly string[]): EndpointLook {
  const isAboutModel =
    error.problem === 'misconfigured' && error.message.includes(model) && names.length > 0 && !names.includes(model);
  if (!isAboutModel) return { kind: 'needs-person', error };
  const { problem, endpoint, status } = error;
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : '';
  const near = nearName(model, names);
  const there = near === undefined ? suggestion(model, names.slice(0, mostNames)) + more : `did you mean "${near}"?`;
  const message = `${error.message.slice(endpoint.length + 2)}; ${there}`;
  return { kind: 'needs-person', error: new EndpointError(problem, endpoint, message, { status }) };
}
