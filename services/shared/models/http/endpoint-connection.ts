import { ConnectionError } from '../errors/connection-error.ts';
import type { BatchedCall } from '../settings/batched-call.ts';
import type { EndpointSettings } from '../settings/endpoint-settings.ts';
import type { ProxySettings } from '../settings/proxy-settings.ts';
import { decoded } from './decoded-body.ts';
import type { HttpAnswer, HttpCall } from './http-answer.ts';
import { type HttpConnections, openHttpConnections } from './http-connections.ts';

/** As browsers: a host such as Modal redirects a call every 150 s until its answer is there. */
const mostHops = 20;

/** What is sent to an endpoint and what comes back, with no interpretation. */
export interface EndpointConnection {
  /**
   * @param path below the base URL, e.g. "/chat/completions"
   * @param body is sent as JSON; without one, this is a GET
   * @throws ConnectionError, or the signal's reason
   */
  send(path: string, options: SendOptions): Promise<HttpAnswer>;
  /** Cuts what is in flight. */
  close(): Promise<void>;
}

export interface SendOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** The path is not below the "/v1" in which the base URL ends. */
  readonly isOutsideApi?: boolean;
  /** After the path, without its question mark. */
  readonly query?: string;
  /** Sent as it is, in place of a body. */
  readonly upload?: { readonly contentType: string; readonly content: string };
  /** The call is to go into a batch, where the connection makes any. */
  readonly batched?: BatchedCall;
  /** What the call in the batch is told apart by. */
  readonly batchedAs?: { readonly attemptId: string; readonly purpose: string };
  /** To be called right before a batch is sent: see MeteredAttempt. */
  readonly sending?: () => void;
}

export function createEndpointConnection(settings: EndpointSettings, proxies?: ProxySettings): EndpointConnection {
  const { apiKey, baseUrl, headers: own = {} } = settings;
  const connections = openHttpConnections(settings, proxies);
  const always = {
    accept: 'application/json, text/event-stream',
    'user-agent': 'scale',
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
    ...lowerCased(own),
  };
  /** The latest, as nearly all are for one path. */
  let latest: { readonly key: string; readonly address: URL } | undefined;
  const addressFor = (path: string, isOutsideApi: boolean, query: string): URL => {
    const key = `${isOutsideApi} ${path}?${query}`;
    if (latest?.key !== key) latest = { key, address: addressOf(baseUrl, path, isOutsideApi, query) };
    return latest.address;
  };
  return {
    send: async (path, { body, upload, headers = {}, query = '', signal, isOutsideApi = false }) => {
      const sent =
        upload ?? (body === undefined ? undefined : { contentType: 'application/json', content: JSON.stringify(body) });
      const call =
        sent === undefined
          ? { method: 'GET' as const, headers: { ...always, ...headers }, signal }
          : {
              method: 'POST' as const,
              headers: { ...always, 'content-type': sent.contentType, ...headers },
              body: sent.content,
              signal,
            };
      try {
        return await follow(addressFor(path, isOutsideApi, query), call, connections.send);
      } catch (error) {
        signal.throwIfAborted();
        throw new ConnectionError('the connection failed', { cause: error });
      }
    },
    close: connections.close,
  };
}

/**
 * Follows a redirect that keeps the request (307, 308; what sends nothing is kept by 301 and 302 too), or that says where its
 * answer can be fetched (303), and only to the same server: the user's own headers may hold keys.
 */
async function follow(address: URL, call: HttpCall, send: HttpConnections['send']): Promise<HttpAnswer> {
  for (let hops = 0; ; hops += 1) {
    const { status, headers, body } = await send(address, call);
    const { location } = headers;
    const keeps = call.method === 'GET' ? [301, 302, 307, 308] : [307, 308];
    const moved = [303, ...keeps].includes(status) && location !== undefined && URL.canParse(location, address.href);
    const next = moved ? new URL(location, address) : undefined;
    if (next === undefined || hops === mostHops || !isSameServer(address, next))
      return { status, headers, body: decoded(body, headers) };
    body.cancel();
    address = next;
    if (status === 303) call = fetching(call);
  }
}

function fetching({ headers, signal }: HttpCall): HttpCall {
  const { 'content-type': _, ...kept } = headers;
  return { method: 'GET', headers: kept, signal };
}

function isSameServer(one: URL, other: URL): boolean {
  const isUpgrade = one.protocol === 'http:' && other.protocol === 'https:' && one.hostname === other.hostname;
  return one.origin === other.origin || isUpgrade;
}

/** Otherwise a user's header and one of ours in two spellings would both be sent. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A query in the base URL, such as Azure's api-version, belongs to each address. */
function addressOf(baseUrl: string, path: string, isOutsideApi: boolean, query: string): URL {
  const url = new URL(baseUrl);
  for (const [name, value] of new URLSearchParams(query)) url.searchParams.append(name, value);
  url.pathname = url.pathname.replace(isOutsideApi ? /(?:\/v\d+)?\/*$/ : /\/+$/, '') + path;
  return url;
}
