import { isIP, type LookupFunction } from 'node:net';
import { Agent, EnvHttpProxyAgent, Pool, type Pool as PoolType } from 'undici';
import { StaleConnectionError } from '../errors/connection-error.ts';
import { notBegun } from '../errors/not-begun.ts';
import type { EndpointSettings } from '../settings/endpoint-settings.ts';
import { noProxies, type ProxySettings, proxyFor } from '../settings/proxy-settings.ts';
import { dispatchCall, type HttpAnswer, type HttpCall } from './http-answer.ts';

/** The connections to one endpoint. */
export interface HttpConnections {
  /**
   * The answer to a call, as soon as it begins. One that the server has surely not begun to handle is sent again at once, and so
   * is one that costs nothing.
   * @throws StaleConnectionError, or what the connection failed with, or the signal's reason
   */
  send(address: URL, call: HttpCall): Promise<HttpAnswer>;
  /** Cuts what is in flight. */
  close(): Promise<void>;
}

/** Gateways such as LiteLLM repeat their providers' headers beside their own; Node.js takes 16 KiB unless told otherwise. */
const longestHeaderBytes = 64 * 1024;

/** Probes (/v1/models) also need a connection while all calls are in flight. */
const probeConnections = 2;
/**
 * With HTTP/2, this many calls share a connection, so that there are enough connections for the end of one, or a balancer's
 * choice, not to affect all calls.
 */
const streamsPerConnection = 8;

/**
 * They have no time limits, since the watch of an attempt is stricter and knows what it waits for. HTTP/1.1 unless the settings
 * say otherwise: undici speaks HTTP/2 wherever a server offers it, and then all calls share one connection, which a connection
 * balancer sends to one server, and whatever is in flight fails when that connection is closed normally.
 */
export function openHttpConnections(settings: EndpointSettings, proxies: ProxySettings = noProxies): HttpConnections {
  const { maxConcurrency, http2, address } = settings;
  const options = {
    connections: maxConcurrency + probeConnections,
    pipelining: 1,
    connectTimeout: 5_000,
    headersTimeout: 0,
    maxHeaderSize: longestHeaderBytes,
    bodyTimeout: 0,
    // Less than the 5 s after which uvicorn, and so vLLM, closes an idle connection; a server's own hint goes first.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 300_000,
    allowH2: http2,
    ...(http2 && { maxConcurrentStreams: streamsPerConnection }),
    ...(address !== undefined && { connect: { lookup: always(address) } }),
  };
  const proxy = proxyFor(settings.baseUrl, proxies);
  const dispatcher =
    proxy === undefined
      ? new Agent(options)
      : new EnvHttpProxyAgent({
          ...options,
          httpProxy: proxy,
          httpsProxy: proxy,
          noProxy: proxies.noProxy,
          // Forwarding of plain http would otherwise lose every option (undici 8.12: ProxyAgent passes on `connect` alone).
          factory: (origin: string | URL, given: object): PoolType => new Pool(origin, { ...options, ...given }),
        });
  return {
    // Over HTTP/2, undici sends again by itself what it believes unread: see notBegun.
    send: (address, call) => sendAgain(call, () => dispatchCall(dispatcher, address, call, { maySendAgain: !http2 })),
    close: () => dispatcher.destroy(),
  };
}

/** The name stays what TLS checks and what the Host header says. */
function always(address: string): LookupFunction {
  const family = isIP(address);
  return (_name, { all }, found) => (all ? found(null, [{ address, family }]) : found(null, address, family));
}

const mostResends = 3;
/** A server that closes a kept connection later than this after a call was sent may have begun with it. */
const staleWithinMs = 1_000;

/**
 * This is not a retry: it costs nothing and says nothing about the endpoint's health, so neither the circuit breaker nor the
 * retry budget is told.
 */
async function sendAgain<T>({ method }: HttpCall, send: () => Promise<T>): Promise<T> {
  for (let resends = 0; ; resends += 1) {
    const sentMs = performance.now();
    try {
      return await send();
    } catch (error) {
      const unread = notBegun(error);
      const isStale = unread === 'unknown' || (unread === 'likely' && performance.now() - sentMs < staleWithinMs);
      // It may have cost something: whoever keeps the accounts sends it again, as an attempt of its own.
      if (isStale && method === 'POST') throw new StaleConnectionError('its connection was closed', { cause: error });
      const isSafe = unread === 'certain' || (isStale && (resends === 0 || unread === 'unknown'));
      if (!isSafe || resends === mostResends) throw error;
    }
  }
}
