import { BlockList, isIP } from 'node:net';

/** Where clouds keep what a machine may know of itself, its credentials among it; and what is no host at all. */
const neverNetworks = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  neverNetworks.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  neverNetworks.addSubnet(network, prefix, 'ipv6');
}
for (const address of ['::', 'fd00:ec2::254', 'fd20:ce::254']) neverNetworks.addAddress(address, 'ipv6');
// Alibaba's, in a range of carriers.
neverNetworks.addAddress('100.100.100.200', 'ipv4');

const privateNetworks = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  privateNetworks.addSubnet(network, prefix, 'ipv4');
}
privateNetworks.addSubnet('fc00::', 7, 'ipv6');
privateNetworks.addAddress('::1', 'ipv6');

/** @returns why no note may go there; undefined where one may */
export function addressFault(address: string, mayBePrivate: boolean): string | undefined {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  // A BlockList judges an IPv4 address in the clothes of an IPv6 one (::ffff:127.0.0.1) by its rules for IPv4.
  if (neverNetworks.check(address, family))
    return `${address} is no address for notes: link-local, multicast or of a cloud's metadata`;
  if (mayBePrivate || !privateNetworks.check(address, family)) return undefined;
  return `${address} is of this machine or of a private network: set SCALE_WEBHOOK_PRIVATE=true if that is meant`;
}

/** @returns the same of a URL's host that is an address; a name is judged by its addresses when the connection is made */
export function hostFault(hostname: string, mayBePrivate: boolean): string | undefined {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(host) === 0 ? undefined : addressFault(host, mayBePrivate);
}
