import { isIP } from 'node:net';
import type { ResolveName } from '../../shared/models/settings/name-addresses.ts';
import type { Check } from './check.ts';

/**
 * Servers that one endpoint's name and another's number both lead to. Endpoints are told apart by how their addresses are
 * written, so that such a server has its limit of calls twice. Two names are no such case: a proxy may tell them apart.
 * @param baseUrls of all endpoints of a run
 */
export async function checkSameServers(baseUrls: readonly string[], resolve: ResolveName): Promise<Check[]> {
  const urls = [...new Set(baseUrls)].filter((baseUrl) => /^https?:/.test(baseUrl)).map((baseUrl) => new URL(baseUrl));
  const numbered = urls.filter(isNumbered);
  const checks = await Promise.all(
    urls.map(async (named): Promise<Check[]> => {
      const beside = numbered.filter((url) => portOf(url) === portOf(named));
      if (isNumbered(named) || beside.length === 0) return [];
      // A name that leads nowhere is told where its endpoint is tried.
      const addresses = await resolve(named.hostname).catch((): readonly string[] => []);
      const same = beside.filter((url) => addresses.includes(hostOf(url)));
      return same.map((url) => ({
        ...{ name: 'same server', status: 'warning', found: `${named.href} and ${url.href} are both at ${hostOf(url)}` },
        advice: 'it gets max_concurrency calls by each: write it one way, or give each its part',
      }));
    }),
  );
  return checks.flat();
}

/** Without the brackets of IPv6. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');
const isNumbered = (url: URL): boolean => isIP(hostOf(url)) !== 0;
const portOf = ({ port, protocol }: URL): string => port || (protocol === 'https:' ? '443' : '80');
