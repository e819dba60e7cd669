import { EndpointError } from './endpoint-errors.ts';
import type { EndpointRequest } from './model-endpoint.ts';

/** What a server can do. It is learned from its refusals, and holds for all later calls. */
export interface Dialect {
  readonly streams: boolean;
  /** OpenAI's reasoning models know only the second. */
  readonly tokenLimit: 'max_tokens' | 'max_completion_tokens';
}

export const fullDialect: Dialect = { streams: true, tokenLimit: 'max_tokens' };

export interface DialectRequest {
  readonly request: EndpointRequest;
  readonly dialect: Dialect;
}

/**
 * The same request without what the server has just refused, undefined if it refused something else. A schema is dropped for
 * this request only: the next one's may be fine.
 */
export function simplerRequest(error: unknown, { request, dialect }: DialectRequest): DialectRequest | undefined {
  if (!(error instanceof EndpointError) || (error.kind !== 'misconfigured' && error.kind !== 'unclear-refusal')) return undefined;
  const { message } = error;
  if (dialect.tokenLimit === 'max_tokens' && /max_completion_tokens/.test(message)) {
    return { request, dialect: { ...dialect, tokenLimit: 'max_completion_tokens' } };
  }
  if (dialect.streams && /\bstream(ing|_options)?\b/i.test(message)) {
    return { request, dialect: { ...dialect, streams: false } };
  }
  if (request.responseSchema !== undefined && /response_format|schema|structured|guided|grammar/i.test(message)) {
    return { request: { ...request, responseSchema: undefined }, dialect };
  }
  return undefined;
}
