import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import type { ResolveName } from '../../../services/shared/models/settings/name-addresses.ts';

export interface DnsServer extends AsyncDisposable {
  /** The IPv4 addresses of the only name that it knows. */
  addresses: string[];
  /** Asks it over the network. */
  readonly resolve: ResolveName;
}

/** A DNS server (RFC 1035) that knows one name. */
export async function startDnsServer(name: string): Promise<DnsServer> {
  const socket = createSocket('udp4');
  const dns: DnsServer = {
    addresses: [],
    resolve: (wanted) => resolver.resolve4(wanted),
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  socket.on('message', (query, { address, port }) => {
    const question = query.subarray(12, endOfQuestion(query));
    const found = nameIn(question) === name ? dns.addresses : [];
    socket.send(answerTo(query, question, found), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return dns;
}

function endOfQuestion(query: Buffer): number {
  let at = 12;
  while (query[at] !== 0) at += 1 + (query[at] ?? 0);
  return at + 5;
}

function nameIn(question: Buffer): string {
  const labels: string[] = [];
  for (let at = 0; question[at] !== 0; at += 1 + (question[at] ?? 0)) {
    labels.push(question.subarray(at + 1, at + 1 + (question[at] ?? 0)).toString());
  }
  return labels.join('.').toLowerCase();
}

/** A response, recursion available; without addresses: there is no such name. */
function answerTo(query: Buffer, question: Buffer, addresses: readonly string[]): Buffer {
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(addresses.length > 0 ? 0x8180 : 0x8183, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  // The name is the question's (a pointer to byte 12), type A, class IN, time to live 0.
  const records = addresses.map((address) =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([head, question, ...records]);
}
