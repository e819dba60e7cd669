import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { EndpointSettings } from './endpoint-settings.ts';
import { type ProxySettings, proxyFor } from './proxy-settings.ts';

/** The addresses that a name has now. @throws where it has none, or the question is not answered */
export type ResolveName = (name: string) => Promise<readonly string[]>;

/** As every other program on this machine: by its hosts file, its search domains and its DNS servers. */
export const systemResolve: ResolveName = async (name) => {
  const found = await lookup(name, { all: true });
  return found.map(({ address }) => address);
};

const privateRanges = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  // Shared by carriers and by overlay networks such as Tailscale's (RFC 6598).
  ['100.64.0.0', 10],
] as const) {
  privateRanges.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['fc00::', 7],
  ['fe80::', 10],
] as const) {
  privateRanges.addSubnet(network, prefix, 'ipv6');
}
privateRanges.addAddress('::1', 'ipv6');

function isPrivate(address: string): boolean {
  return privateRanges.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** The name in an endpoint's base URL; undefined where there is nothing to resolve here: proxies resolve names themselves. */
export function nameToResolve({ baseUrl }: Pick<EndpointSettings, 'baseUrl'>, proxies: ProxySettings): string | undefined {
  const { hostname } = new URL(baseUrl);
  const isName = !hostname.startsWith('[') && isIP(hostname) === 0;
  return isName && proxyFor(baseUrl, proxies) === undefined ? hostname : undefined;
}

/**
 * What the addresses of an endpoint's name are: servers of the model, each to be called by its own address, or one server, to be
 * called by the name. Public names with several addresses belong to hosted APIs, whose limits are the account's and whose
 * addresses change all the time; private ones belong to a few machines or pods. Of a name with addresses of both families only
 * the first family counts, since a machine may have both.
 * @param fewest servers, where nothing says that each address is one
 */
export function serversAt(
  { addresses: kind = 'auto', gateway = false }: Pick<EndpointSettings, 'addresses' | 'gateway'>,
  addresses: readonly string[],
  fewest: number,
): readonly string[] {
  const sorted = [...new Set(addresses)].sort();
  const ipv4 = sorted.filter((address) => isIP(address) === 4);
  const family = ipv4.length > 0 ? ipv4 : sorted;
  if (family.length < (kind === 'each' ? 1 : fewest)) return [];
  return kind === 'each' || (kind === 'auto' && !gateway && family.every(isPrivate)) ? family : [];
}

/**
 * Whether connections to a name must be opened again since it has come to stand for something else. Not for public names, of
 * which a different few of many addresses are named each time.
 */
export function hasMoved(before: readonly string[], now: readonly string[]): boolean {
  return now.every(isPrivate) && !now.some((address) => before.includes(address));
}
