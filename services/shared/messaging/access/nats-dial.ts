import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { hostOf } from './nats-tls.ts';

/** A connection by hand, line by line. */
export interface Talk extends Disposable {
  send(text: string): void;
  /** The next line, without its end; undefined once the connection is closed, or if nothing comes. */
  line(): Promise<string | undefined>;
  /** TLS from here on. @returns why it failed */
  encrypt(options: ConnectionOptions): Promise<Error | undefined>;
  /** What broke it, if something did. */
  failure(): Error | undefined;
}

/** Of one step: longer than a busy server takes, and short enough for all of them within a few seconds. */
const stepMs = 1_500;
const defaultPort = 4222;

/** @returns undefined if no one is there */
export async function dial(server: string): Promise<Talk | undefined> {
  const host = hostOf(server);
  const { port } = new URL(server.replace(/^[a-z]+:/, 'http:'));
  const plain = connectPlain({ host, port: Number(port || defaultPort) });
  let socket: Socket = plain;
  let received = '';
  let isReady = false;
  let isClosed = false;
  let failure: Error | undefined;
  let news = Promise.withResolvers<void>();
  const tell = (): void => {
    news.resolve();
    news = Promise.withResolvers();
  };
  const listen = (on: Socket, ready: 'connect' | 'secureConnect'): void => {
    socket = on;
    isReady = false;
    on.once(ready, () => {
      isReady = true;
      tell();
    });
    on.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      tell();
    });
    on.on('error', (error) => {
      failure ??= error;
      tell();
    });
    on.on('close', () => {
      isClosed = true;
      tell();
    });
  };
  /** Until the condition holds, the connection is closed, or the time of one step is over. */
  const until = async (holds: () => boolean): Promise<boolean> => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      tell();
    }, stepMs);
    while (!holds() && !isClosed && !isLate) await news.promise;
    clearTimeout(timer);
    return holds();
  };

  const end = (): number => received.indexOf('\r\n');
  const talk: Talk = {
    send: (text) => void socket.write(text),
    async line() {
      if (!(await until(() => end() >= 0))) return undefined;
      const line = received.slice(0, end());
      received = received.slice(end() + 2);
      return line;
    },
    async encrypt(options) {
      plain.removeAllListeners();
      listen(connectTls({ socket: plain, ...(isIP(host) === 0 && { servername: host }), ...options }), 'secureConnect');
      if (await until(() => isReady)) return undefined;
      return failure ?? new Error('the handshake was not finished');
    },
    failure: () => failure,
    [Symbol.dispose]() {
      socket.destroy();
      plain.destroy();
    },
  };
  listen(plain, 'connect');
  if (await until(() => isReady)) return talk;
  talk[Symbol.dispose]();
  return undefined;
}
