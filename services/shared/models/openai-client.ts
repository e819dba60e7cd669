import OpenAI, { type ClientOptions } from 'openai';
import { Agent, fetch as undiciFetch } from 'undici';
import type { EndpointSettings } from './endpoint-settings.ts';

/** Probes (/v1/models) need a connection too while all calls are in flight. */
const probeConnections = 2;

/**
 * The client library over a connection pool of its own. Its retries are off, since ours must see every attempt, and so are
 * the pool's time limits, since the attempt's watch is stricter and knows what it waits for.
 */
export function createOpenAiClient(settings: EndpointSettings): { readonly client: OpenAI; close(): Promise<void> } {
  const dispatcher = new Agent({
    connections: settings.maxConcurrency + probeConnections,
    pipelining: 1,
    connectTimeout: 5_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    // Less than the 5 s after which uvicorn, and so vLLM, closes an idle connection; a server's own hint goes first.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 300_000,
  });
  const client = new OpenAI({
    baseURL: settings.baseUrl,
    apiKey: settings.apiKey ?? 'none',
    // Without these, the library looks in the environment for OpenAI's own.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    ...(settings.apiKey === undefined ? { defaultHeaders: { authorization: null } } : {}),
    maxRetries: 0,
    // Never reached: the attempt's watch aborts first and says why.
    timeout: settings.timeoutMs * 2,
    logLevel: 'off',
    // The Agent fits only the fetch of the same undici, not the one that Node brings.
    fetch: undiciFetch as unknown as NonNullable<ClientOptions['fetch']>,
    fetchOptions: { dispatcher } as unknown as NonNullable<ClientOptions['fetchOptions']>,
  });
  return { client, close: () => dispatcher.destroy() };
}
