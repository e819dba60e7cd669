import { once } from 'node:events';
import net from 'node:net';
import { afterAll } from 'vitest';
import { type NatsNode, startNatsNode } from './nats-node.ts';

/** Three nodes whose links to each other go through proxies, so that one can be cut off from the other two. */
export interface NatsCluster {
  readonly nodes: readonly NatsNode[];
  /** Starts a node that was left out. */
  start(index: number): Promise<NatsNode>;
  /** Until all that were started are ready. */
  ready(): Promise<void>;
  /** What the node and the others send each other is swallowed. Clients reach it as before. */
  cutOff(node: NatsNode): void;
  heal(): void;
}

const names = ['n0', 'n1', 'n2'];

export async function startNatsCluster(settings: { readonly binary: string; readonly nodes?: number }): Promise<NatsCluster> {
  const links = await Promise.all(names.map(startLink));
  const nodes: NatsNode[] = [];
  const start = async (index: number): Promise<NatsNode> => {
    const name = names[index] ?? '';
    const link = links[index];
    // With a route to itself, as in a deployment: by the number of routes a server knows how many are to be there before they
    // choose their leader. With two, which come first, the third may stay without.
    const routes = links.map(({ port }) => `"nats://127.0.0.1:${port}"`);
    // One connection a pair, so that the proxy sees who speaks: a pooled one does not introduce itself again.
    const cluster = `advertise: "127.0.0.1:${link?.port}", pool_size: -1, routes: [${routes.join(',')}]`;
    const node = await startNatsNode({ binary: settings.binary, name, cluster });
    link?.connectTo(node.clusterPort);
    nodes.push(node);
    return node;
  };
  const setCut = (name: string | undefined) => {
    for (const link of links) link.cut(name);
  };
  await Promise.all(names.slice(0, settings.nodes ?? names.length).map((_, index) => start(index)));
  return {
    nodes,
    start,
    ready: async () => void (await Promise.all(nodes.map((node) => node.ready()))),
    cutOff: ({ name }) => setCut(name),
    heal: () => setCut(undefined),
  };
}

interface Link {
  readonly port: number;
  /** Until then, whoever connects is turned away. */
  connectTo(port: number): void;
  /** The node whose traffic is swallowed from now on; what it had is dropped when it is healed, so that it connects anew. */
  cut(name: string | undefined): void;
}

const servers = new Set<net.Server>();
const sockets = new Set<net.Socket>();
afterAll(() => {
  for (const server of servers) server.close();
  for (const socket of sockets) socket.destroy();
});

/** The way to one node. */
async function startLink(target: string): Promise<Link> {
  let targetPort: number | undefined;
  let cut: string | undefined;
  const pairs = new Set<{ dialer: string; readonly sockets: readonly net.Socket[] }>();
  const server = net.createServer((incoming) => {
    if (targetPort === undefined || cut === target) return void incoming.destroy();
    const outgoing = net.connect(targetPort, '127.0.0.1');
    const pair = { dialer: '', sockets: [incoming, outgoing] };
    pairs.add(pair);
    let head = '';
    const isCut = () => cut !== undefined && (target === cut || pair.dialer === cut || pair.dialer === '');
    incoming.on('data', (bytes) => {
      if (pair.dialer === '') {
        head += bytes.toString('latin1');
        pair.dialer = /"(?:server_)?name":"(n[012])"/.exec(head)?.[1] ?? '';
      }
      if (!isCut()) outgoing.write(bytes);
    });
    outgoing.on('data', (bytes) => {
      if (!isCut()) incoming.write(bytes);
    });
    for (const socket of pair.sockets) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        for (const other of pair.sockets) other.destroy();
        sockets.delete(socket);
        pairs.delete(pair);
      });
    }
  });
  servers.add(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port,
    connectTo(port) {
      targetPort = port;
    },
    cut(name) {
      const before = cut;
      cut = name;
      if (before === undefined) return;
      for (const pair of pairs)
        if (target === before || pair.dialer === before) for (const socket of pair.sockets) socket.destroy();
    },
  };
}
