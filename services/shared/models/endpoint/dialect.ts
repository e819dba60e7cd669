import { EndpointError } from '../errors/endpoint-errors.ts';
import type { EndpointRequest } from '../model-endpoint.ts';

/** What a server can do. It is learned from its refusals and replies, and holds for all later calls. */
export interface Dialect {
  /**
   * on: until there is a reason not to. off: the server refuses to, or does not. for-usage: not now, since its streams lack token
   * counts and its whole replies have them. always: its streams lack token counts, but its whole replies take too long for
   * something between it and us.
   */
  readonly streaming: 'on' | 'off' | 'for-usage' | 'always';
  /** A stream of this server has been read. */
  readonly hasStreamed: boolean;
  /** OpenAI's reasoning models accept only the second. */
  readonly tokenLimit: 'max_tokens' | 'max_completion_tokens';
  /** Settings that are not sent while they have the value that changes nothing, 1. */
  readonly withoutNeutral: readonly ('temperature' | 'top_p')[];
  /** honoured: a reply has come in the form of its schema. off: it refuses schemas, or ignores them. */
  readonly structured: 'untried' | 'honoured' | 'off';
  /** Several replies may be asked for at once. False: it refuses to, gives one, or does not say which piece is whose. */
  readonly samples: boolean;
}

export const fullDialect: Dialect = {
  streaming: 'on',
  hasStreamed: false,
  tokenLimit: 'max_tokens',
  withoutNeutral: [],
  structured: 'untried',
  samples: true,
};

export function isStreaming({ streaming }: Dialect): boolean {
  return streaming === 'on' || streaming === 'always';
}

/** The dialect after a reply that was requested as a stream. */
export function afterReply(
  now: Dialect,
  { streamed, estimated }: { readonly streamed: boolean; readonly estimated: boolean },
): Dialect {
  const later = { ...now, hasStreamed: now.hasStreamed || streamed };
  if (now.streaming !== 'on' || (streamed && !estimated)) return later;
  return { ...later, streaming: streamed ? 'for-usage' : 'off' };
}

/**
 * Whether streaming may be what makes a server break down: it has not sent a stream yet. Portkey's gateway 1.15.2 answers every
 * stream with 500 "Something went wrong" on Node.js 20 and 24, but sends whole replies.
 */
export function mayFailForStreaming(asked: Dialect, error: unknown): boolean {
  const brokeDown = error instanceof EndpointError && (error.status === 500 || error.status === 501);
  return brokeDown && asked.streaming === 'on' && !asked.hasStreamed;
}

/** The dialect after a failed call: a whole reply took too long for the server, for a proxy, or for the limit. */
export function afterFailure(now: Dialect, asked: Dialect, error: unknown): Dialect {
  if (asked.streaming !== 'for-usage' || now.streaming !== 'for-usage' || !(error instanceof EndpointError)) return now;
  const cutOff =
    error.problem === 'timeout' || (error.problem === 'unavailable' && /ECONNRESET|UND_ERR_SOCKET/.test(error.message));
  return cutOff ? { ...now, streaming: 'always' } : now;
}

/** "n" alone, and what llama-server ("Field 'n': Value must be between …"), OpenAI's and other servers say. */
const refusesSamples =
  /^n\b|[`'"]n[`'"]|[`'"(. ]n[`'")]?( ?[<>=]| (must|should|is|has|cannot|not|greater|parameter|to be)\b)|\bn_cmpl\b|best_of|(only|number of|multiple|single) (one )?(completion )?(choices?|completions|generations|samples|candidates)/i;
/**
 * Groq decodes freely, and refuses afterwards what does not follow the schema: "Failed to generate JSON". OpenRouter has "no
 * endpoints" for a model none of whose hosts has "the requested parameters".
 */
const refusesSchema =
  /response_format|requested parameters|json_?schema|json_object|\bschemas?\b|structured|guided|grammar|failed to (?:generate|validate) json/i;

/** The dialect without what the server has just refused, undefined if it refused something else. @param request as sent */
export function simplerDialect(error: unknown, request: EndpointRequest, dialect: Dialect): Dialect | undefined {
  if (!(error instanceof EndpointError)) return undefined;
  // Half a minute has already been lost; a server that gives up on whole replies may well stream this one.
  if (dialect.streaming === 'for-usage' && error.problem === 'timeout' && error.status !== undefined) {
    return { ...dialect, streaming: 'always' };
  }
  if (error.problem !== 'misconfigured' && error.problem !== 'unclear-refusal') return undefined;
  const { said } = error;
  if (request.samples !== undefined && refusesSamples.test(said)) return { ...dialect, samples: false };
  if (request.structured !== undefined && refusesSchema.test(said)) return { ...dialect, structured: 'off' };
  if (dialect.tokenLimit === 'max_tokens' && /max_completion_tokens/.test(said)) {
    return { ...dialect, tokenLimit: 'max_completion_tokens' };
  }
  const neutral = (['top_p', 'temperature'] as const).find(
    (name) => isNeutral(request, name) && !dialect.withoutNeutral.includes(name) && new RegExp(`\\b${name}\\b`).test(said),
  );
  if (neutral !== undefined) return { ...dialect, withoutNeutral: [...dialect.withoutNeutral, neutral] };
  if (isStreaming(dialect) && /\bstream(ing|_options)?\b/i.test(said)) {
    return { ...dialect, streaming: 'off' };
  }
  return undefined;
}

function isNeutral({ temperature, topP }: EndpointRequest, name: 'temperature' | 'top_p'): boolean {
  return (name === 'temperature' ? temperature : topP) === 1;
}

/** The request as it is sent: for one reply where the server gives no more. */
export function withSamples(request: EndpointRequest, { samples: hasSamples }: Dialect): EndpointRequest {
  const { samples, ...alone } = request;
  return hasSamples || samples === undefined ? request : alone;
}

/** The dialect after a reply. @param others replies that came besides the first */
export function afterSamples(now: Dialect, { samples }: EndpointRequest, others: number): Dialect {
  return samples !== undefined && others === 0 ? { ...now, samples: false } : now;
}
