import { createSocket } from 'node:dgram';
import { type ControlPlane, nodeIp } from './control-plane.ts';

interface Listed<Item> {
  readonly items: readonly Item[];
}

interface Named {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Readonly<Record<string, string>> };
}

interface Service extends Named {
  readonly spec: { readonly clusterIP?: string; readonly publishNotReadyAddresses?: boolean };
}

interface EndpointSlice extends Named {
  readonly endpoints?: readonly {
    readonly addresses: readonly string[];
    readonly conditions: { readonly ready?: boolean };
    readonly hostname?: string;
  }[];
}

const domain = '.svc.cluster.local';
const staleAfterMs = 500;

/**
 * The cluster's names, as CoreDNS would answer them: those of Services, and of the pods of a headless one. Queries over UDP, for
 * IPv4 addresses; any other type of a name that exists has no records, and a name outside the cluster does not exist.
 */
export async function serveClusterDns(plane: ControlPlane): Promise<void> {
  let names: Promise<ReadonlyMap<string, readonly string[]>> = Promise.resolve(new Map());
  let readAtMs = Number.NEGATIVE_INFINITY;
  const known = (): typeof names => {
    if (performance.now() - readAtMs < staleAfterMs) return names;
    readAtMs = performance.now();
    names = readNames(plane);
    return names;
  };
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => {
    const { name, type, end } = questionOf(query);
    const answer = async (): Promise<Buffer> => {
      const addresses = (await known()).get(name);
      return answerTo(query.subarray(0, end), addresses !== undefined, type === 1 ? (addresses ?? []) : []);
    };
    // Without an answer the resolver asks again.
    answer().then(
      (bytes) => socket.send(bytes, port, address),
      () => undefined,
    );
  });
  await new Promise<void>((resolve) => socket.bind(53, nodeIp, resolve));
}

async function readNames(plane: ControlPlane): Promise<Map<string, readonly string[]>> {
  const [services, slices] = await Promise.all([
    plane.ask<Listed<Service>>('/api/v1/services'),
    plane.ask<Listed<EndpointSlice>>('/apis/discovery.k8s.io/v1/endpointslices'),
  ]);
  const names = new Map<string, readonly string[]>();
  for (const { metadata, spec } of services.items) {
    const name = `${metadata.name}.${metadata.namespace}${domain}`;
    if (spec.clusterIP !== undefined && spec.clusterIP !== 'None') names.set(name, [spec.clusterIP]);
    if (spec.clusterIP !== 'None') continue;
    const own = slices.items.filter(
      (slice) =>
        slice.metadata.namespace === metadata.namespace &&
        slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name,
    );
    const endpoints = own.flatMap(({ endpoints = [] }) => endpoints);
    const there = endpoints.filter(({ conditions }) => conditions.ready !== false || spec.publishNotReadyAddresses);
    if (there.length > 0)
      names.set(
        name,
        there.flatMap(({ addresses }) => addresses),
      );
    for (const { hostname, addresses } of there) if (hostname !== undefined) names.set(`${hostname}.${name}`, addresses);
  }
  return names;
}

function questionOf(query: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (; query[at] !== 0 && at < query.length; at += 1 + (query[at] ?? 0)) {
    labels.push(query.subarray(at + 1, at + 1 + (query[at] ?? 0)).toString());
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** A response (RFC 1035) that repeats the question; the records live for no time. */
function answerTo(question: Buffer, exists: boolean, addresses: readonly string[]): Buffer {
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(exists ? 0x8580 : 0x8583, 2);
  for (const [index, count] of [1, addresses.length, 0, 0].entries()) head.writeUInt16BE(count, 4 + 2 * index);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([head, question.subarray(12), ...records]);
}
