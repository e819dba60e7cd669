import { Agent, fetch, type Response } from 'undici';
import type { EndpointSettings } from './endpoint-settings.ts';

/** Probes (/v1/models) need a connection too while all calls are in flight. */
const probeConnections = 2;

/** No answer came: the connection failed before its first byte. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

/** What is sent to an endpoint and what comes back, without any meaning. */
export interface EndpointConnection {
  /**
   * @param path below the base URL, e.g. "/chat/completions"
   * @param body is sent as JSON; without one, this is a GET
   * @throws ConnectionError, or the signal's reason
   */
  send(path: string, options: SendOptions): Promise<Response>;
  /** Cuts what is in flight. */
  close(): Promise<void>;
}

export interface SendOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A pool of connections of its own. It has no time limits: the attempt's watch is stricter and knows what it waits for. */
export function createEndpointConnection(settings: EndpointSettings): EndpointConnection {
  const { apiKey, baseUrl, maxConcurrency } = settings;
  const dispatcher = new Agent({
    connections: maxConcurrency + probeConnections,
    pipelining: 1,
    connectTimeout: 5_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    // Less than the 5 s after which uvicorn, and so vLLM, closes an idle connection; a server's own hint goes first.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 300_000,
  });
  const always = {
    accept: 'application/json, text/event-stream',
    'user-agent': 'scale',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  return {
    send: async (path, { body, headers = {}, signal }) => {
      const sent =
        body === undefined
          ? { headers: { ...always, ...headers } }
          : {
              method: 'POST',
              headers: { ...always, 'content-type': 'application/json', ...headers },
              body: JSON.stringify(body),
            };
      try {
        return await fetch(addressOf(baseUrl, path), { ...sent, signal, dispatcher });
      } catch (error) {
        signal.throwIfAborted();
        throw new ConnectionError('the connection failed', { cause: error });
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** A query in the base URL, as of Azure's api-version, belongs to each address. */
function addressOf(baseUrl: string, path: string): URL {
  const url = new URL(baseUrl);
  url.pathname = url.pathname.replace(/\/+$/, '') + path;
  return url;
}
