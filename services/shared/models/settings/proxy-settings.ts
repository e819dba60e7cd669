import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Environment } from '../../settings/environment.ts';
import { SettingsError } from '../../settings/settings-error.ts';

/** The proxies through which a process reaches others, read from the same variables as in programs in other languages. */
export interface ProxySettings {
  /** For http addresses; undefined for none. */
  readonly http: string | undefined;
  readonly https: string | undefined;
  /**
   * Hosts that are reached directly, separated by commas: names with all below them, addresses, ranges such as 10.0.0.0/8, or *.
   */
  readonly noProxy: string;
}

export const noProxies: ProxySettings = { http: undefined, https: undefined, noProxy: '' };

/**
 * HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY; where a name is also set in lower case, that one counts.
 * @throws SettingsError for a proxy that is not an address; its value may hold a password and is not shown
 */
export function proxySettings(environment: Environment): ProxySettings {
  const read = (name: string): string | undefined => {
    const value = environment[name.toLowerCase()]?.trim() || environment[name]?.trim();
    return value === undefined || value === '' ? undefined : value;
  };
  const proxy = (name: string): string | undefined => {
    const value = read(name);
    if (value === undefined) return undefined;
    const address = /^[a-z0-9+.-]+:\/\//i.test(value) ? value : `http://${value}`;
    const isProxy = URL.canParse(address) && /^(https?|socks5?):$/.test(new URL(address).protocol);
    if (!isProxy) throw new SettingsError(name, `the variable ${name} must hold a proxy such as http://proxy:3128`);
    return address;
  };
  const all = proxy('ALL_PROXY');
  return { http: proxy('HTTP_PROXY') ?? all, https: proxy('HTTPS_PROXY') ?? all, noProxy: read('NO_PROXY') ?? '' };
}

/**
 * The proxy for an address, undefined for none. This machine's own hosts are always reached directly. Names in `noProxy` mean
 * what they mean to the client library, which does not support ranges.
 */
export function proxyFor(address: string, { http, https, noProxy }: ProxySettings): string | undefined {
  const { protocol, hostname, port } = new URL(address);
  const host = hostname.replace(/^\[(.+)\]$/, '$1');
  if (isLoopback(host) || isWithin(host, noProxy) || isNamed(host, port || defaultPorts[protocol], noProxy)) return undefined;
  return protocol === 'https:' ? https : http;
}

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** `*.example.com` is what is below it, `.example.com` and `example.com` are itself as well; each may have a port. */
function isNamed(host: string, port: string | undefined, noProxy: string): boolean {
  return noProxy.split(/[\s,]+/).some((entry) => {
    const [, star = '', name = '', entryPort] = /^(\*?)\.?(.*?)\.?(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (entryPort !== undefined && entryPort !== port) return false;
    if (name === '') return star !== '';
    return (star === '' && host === name) || host.endsWith(`.${name}`);
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || isWithin(host, '127.0.0.0/8 ::1/128');
}

function isWithin(host: string, ranges: string): boolean {
  if (isIP(host) === 0) return false;
  const list = new BlockList();
  for (const [, address = '', bits] of ranges.matchAll(/([0-9a-f.:]+)\/(\d+)/gi)) {
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    const isRange = isIP(address) !== 0 && Number(bits) <= (family === 'ipv6' ? 128 : 32);
    if (isRange) list.addSubnet(address, Number(bits), family);
  }
  return list.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}
