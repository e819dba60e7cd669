import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import { BusError, NobodyListensError } from '../../services/shared/messaging/errors.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { connectBus } from '../../services/shared/messaging/nats-bus.ts';
import type { Talk } from '../../services/shared/messaging/talks.ts';
import { startTestNatsServer } from '../support/nats-server.ts';

const never = new AbortController().signal;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (message: Uint8Array): string => new TextDecoder().decode(message);

interface Server {
  connect(): Promise<Bus>;
  stop(): Promise<void>;
}

const servers: readonly [string, () => Promise<Server>][] = [
  [
    'in memory',
    async () => {
      const server = createInMemoryServer();
      return { connect: async () => server.connect(), stop: async () => undefined };
    },
  ],
  [
    'on NATS',
    async () => {
      const server = await startTestNatsServer();
      const connect = () => connectBus({ servers: [server.url], name: 'talks', logger: pino({ level: 'silent' }) });
      return { connect, stop: () => server.stop() };
    },
  ],
];

/** The sentences of services/shared/messaging/talks.ts, as tests. */
describe.each(servers)('talks %s', (_, start) => {
  let server: Server;
  let asking: Bus;
  let answering: Bus;
  beforeAll(async () => {
    server = await start();
    [asking, answering] = await Promise.all([server.connect(), server.connect()]);
  });
  afterAll(async () => {
    await Promise.all([asking.close(), answering.close()]);
    await server.stop();
  });

  let topics = 0;
  /** Listens to a topic of its own until the test is over. */
  async function listening(answer: (talk: Talk) => void, hasRoom = () => true, bus = answering) {
    topics += 1;
    const topic = `t${topics}`;
    const over = new AbortController();
    const done = (async () => {
      for await (const talk of bus.talks.listen(topic, hasRoom, over.signal)) answer(talk);
    })();
    const stop = async (): Promise<void> => {
      over.abort();
      await done;
    };
    return { topic, stop, [Symbol.asyncDispose]: stop };
  }
  const begin = (topic: string): Promise<Talk> =>
    vi.waitUntil(() =>
      asking.talks.begin(topic, never).catch((error: unknown) => {
        if (error instanceof NobodyListensError) return undefined;
        throw error;
      }),
    );
  const echo = async (talk: Talk): Promise<void> => {
    for await (const message of talk.messages()) talk.send(message);
  };
  const received = async (talk: Talk, count: number): Promise<string[]> => {
    const texts: string[] = [];
    for await (const message of talk.messages()) if (texts.push(textOf(message)) === count) break;
    return texts;
  };

  test('carry messages both ways, in order, empty and large ones too', async () => {
    await using at = await listening((talk) => void echo(talk).catch(() => undefined));
    const talk = await begin(at.topic);
    const sent = ['a', '', 'x'.repeat(3_000_000), 'é'.repeat(200_000), 'z'];
    for (const text of sent) talk.send(bytes(text));
    expect(await received(talk, sent.length)).toEqual(sent);
    talk.end();
  });

  test('end for both when one ends them, after what was sent before', async () => {
    const ended = Promise.withResolvers<string[]>();
    await using at = await listening((talk) => void received(talk, 9).then(ended.resolve, ended.reject));
    const talk = await begin(at.topic);
    talk.send(bytes('last words'));
    talk.end();
    talk.send(bytes('too late'));
    expect(await ended.promise).toEqual(['last words']);
    expect(talk.over.aborted).toBe(true);
  });

  test('find out that nobody listens, and that who listens has no room', async () => {
    await expect(asking.talks.begin('nobody', never)).rejects.toThrow(NobodyListensError);
    let room = true;
    await using at = await listening(
      (talk) => talk.end(),
      () => room,
    );
    (await begin(at.topic)).end();
    room = false;
    expect(await asking.talks.begin(at.topic, never)).toBeUndefined();
    await at.stop();
    // The server hears a moment later that nobody listens any more.
    const isNobody = (): Promise<boolean> =>
      asking.talks.begin(at.topic, never).then(
        () => false,
        (error: unknown) => error instanceof NobodyListensError,
      );
    await expect.poll(isNobody).toBe(true);
  });

  test('that have begun go on when their listener hears no more', async () => {
    const at = await listening((talk) => void echo(talk).catch(() => undefined));
    const talk = await begin(at.topic);
    await at.stop();
    talk.send(bytes('still there'));
    expect(await received(talk, 1)).toEqual(['still there']);
    talk.end();
  });

  test('are over when the other side has closed its connection', async () => {
    const other = await server.connect();
    const at = await listening(() => undefined, undefined, other);
    const talk = await begin(at.topic);
    await other.close();
    await expect.poll(() => talk.over.aborted).toBe(true);
    await at.stop().catch(() => undefined);
  });

  test('go to all that listen, and not to one alone', async () => {
    const names: string[] = [];
    const other = await server.connect();
    topics += 1;
    const topic = `t${topics}`;
    const over = new AbortController();
    const serve = async (bus: Bus, name: string): Promise<void> => {
      for await (const talk of bus.talks.listen(topic, () => true, over.signal)) {
        names.push(name);
        talk.end();
      }
    };
    const serving = [serve(answering, 'one'), serve(other, 'other')];
    await expect
      .poll(async () => {
        (await asking.talks.begin(topic, never).catch(() => undefined))?.end();
        return new Set(names).size;
      })
      .toBe(2);
    over.abort();
    await Promise.all(serving);
    await other.close();
  });

  test('cannot be begun on a closed connection, nor once the caller has given up', async () => {
    const closed = await server.connect();
    await closed.close();
    await expect(closed.talks.begin('t', never)).rejects.toThrow(BusError);
    const reason = new Error('given up');
    await expect(asking.talks.begin('t', AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

test('a talk is not begun over a server that stands still, which is not taken for a lack of room', async () => {
  await using server = await startTestNatsServer();
  const bus = await connectBus({ servers: [server.url], name: 'talks', logger: pino({ level: 'silent' }) });
  process.kill(server.pid, 'SIGSTOP');
  try {
    const problem = () => bus.talks.begin('frozen', never).then(String, (error: Error) => error.message);
    await expect.poll(problem).toContain('the server does not answer');
  } finally {
    process.kill(server.pid, 'SIGCONT');
    await bus.close();
  }
});
