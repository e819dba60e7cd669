import { once } from 'node:events';
import net from 'node:net';
import { randomInteger, randomStream } from '../../../services/domain/random.ts';

/** What happens to bytes on their way. Anything that is left out is as without a proxy. */
export interface Weather {
  /** Before a piece goes on, plus up to jitterMs more. The order of the bytes stays. */
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  /** Of each connection in each direction. */
  readonly bytesPerSecond?: number;
  /**
   * Nothing that comes from the client, from the server, or from both gets through, and nobody is told. What is still wanted
   * when that is over arrives then, as TCP sees to: bytes are never missing in the middle of a connection.
   */
  readonly blackHole?: 'from-client' | 'from-server' | 'both';
  /** Whoever connects is turned away. */
  readonly refuses?: boolean;
  /** Of a piece's chance, from 0 to 1, to be cut in the middle: half of it arrives, then both ends are reset. */
  readonly cutShare?: number;
}

/** A way to a server that can be spoiled while it is used: `await using proxy = await startChaosProxy(...)`. */
export interface ChaosProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections that are open now. */
  readonly connections: number;
  /** From now on, also for the connections that are open; `{}` for fair weather. */
  weather(weather: Weather): void;
  /** Ends every open connection with RST, at both ends. */
  reset(): void;
  /** The server's end of every open connection is closed, and the client is not told: it sends into nothing. */
  halfOpen(): void;
  /** The next connection that carries this many more bytes from the server is reset in mid-message. */
  cutAfter(bytes: number): void;
}

interface Way {
  readonly client: net.Socket;
  readonly server: net.Socket;
  isHalfOpen: boolean;
  /** Sends on what was held back. */
  readonly release: (() => void)[];
}

/** @param seed decides which pieces are late and which are cut, in the order in which they come */
export async function startChaosProxy(target: { readonly port: number; readonly host?: string }, seed = 1): Promise<ChaosProxy> {
  const random = randomStream(seed, 'chaos-proxy');
  const ways = new Set<Way>();
  let now: Weather = {};
  let bytesToCut: number | undefined;

  const open = (client: net.Socket): void => {
    if (now.refuses) return void client.resetAndDestroy();
    const server = net.connect({ port: target.port, host: target.host ?? '127.0.0.1', noDelay: true });
    const way: Way = { client, server, isHalfOpen: false, release: [] };
    ways.add(way);
    const cut = (): void => {
      client.resetAndDestroy();
      server.resetAndDestroy();
    };
    carry(client, server, 'from-client', way, cut);
    carry(server, client, 'from-server', way, cut);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (way.isHalfOpen && socket === server) return;
        ways.delete(way);
        other.destroy();
      });
    }
  };

  const carry = (from: net.Socket, to: net.Socket, direction: 'from-client' | 'from-server', way: Way, cut: () => void): void => {
    /** When the last piece may go on at the earliest, so that a quick one does not overtake a late one. */
    let freeAtMs = 0;
    const queue: { readonly piece: Buffer; readonly atMs: number; readonly isLast: boolean }[] = [];
    const pump = (): void => {
      for (let [next] = queue; next !== undefined; [next] = queue) {
        const leftMs = next.atMs - performance.now();
        if (leftMs > 0) return void setTimeout(pump, Math.ceil(leftMs));
        queue.shift();
        if (to.destroyed || way.isHalfOpen) continue;
        to.write(next.piece);
        if (next.isLast) cut();
      }
      from.resume();
    };
    const held: Buffer[] = [];
    const isHeld = () => now.blackHole === 'both' || now.blackHole === direction;
    way.release.push(() => {
      if (isHeld()) return;
      for (const piece of held.splice(0)) forward(piece);
      from.resume();
    });
    const forward = (piece: Buffer): void => {
      if (way.isHalfOpen) return;
      if (isHeld()) {
        held.push(piece);
        from.pause();
        return;
      }
      const isCut = isCutHere(piece, direction);
      const sent = isCut ? piece.subarray(0, Math.floor(piece.length / 2)) : piece;
      const { latencyMs = 0, jitterMs = 0, bytesPerSecond } = now;
      const atMs = performance.now();
      const lateMs = latencyMs + (jitterMs === 0 ? 0 : randomInteger(random, jitterMs));
      const takesMs = bytesPerSecond === undefined ? 0 : (sent.length / bytesPerSecond) * 1_000;
      freeAtMs = Math.max(freeAtMs, atMs + lateMs) + takesMs;
      queue.push({ piece: sent, atMs: freeAtMs, isLast: isCut });
      // A slow way fills up to its sender, as a real one does, and not in here.
      if (bytesPerSecond !== undefined && freeAtMs - atMs > 200) from.pause();
      if (queue.length === 1) pump();
    };
    from.on('data', forward);
    from.on('end', () => {
      if (!way.isHalfOpen) setTimeout(() => to.end(), Math.max(0, Math.ceil(freeAtMs - performance.now()) + 1));
    });
  };

  const isCutHere = (piece: Buffer, direction: string): boolean => {
    if (bytesToCut !== undefined && direction === 'from-server') {
      bytesToCut -= piece.length;
      if (bytesToCut <= 0) {
        bytesToCut = undefined;
        return true;
      }
    }
    return now.cutShare !== undefined && random.next() < now.cutShare;
  };

  const proxy = net.createServer({ noDelay: true, allowHalfOpen: true }, open);
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    port: (proxy.address() as net.AddressInfo).port,
    get connections() {
      return ways.size;
    },
    weather(weather) {
      now = weather;
      for (const way of ways) for (const release of way.release) release();
    },
    reset() {
      for (const { client, server } of ways) {
        client.resetAndDestroy();
        server.resetAndDestroy();
      }
    },
    halfOpen() {
      for (const way of ways) {
        way.isHalfOpen = true;
        way.server.destroy();
      }
    },
    cutAfter(bytes) {
      bytesToCut = bytes;
    },
    async [Symbol.asyncDispose]() {
      for (const { client, server } of ways) {
        client.destroy();
        server.destroy();
      }
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
