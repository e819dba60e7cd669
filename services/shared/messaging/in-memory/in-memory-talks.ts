import { onAbort } from '../../lifecycle/abort.ts';
import { NobodyListensError } from '../errors.ts';
import type { TalkSide } from '../subjects-and-streams.ts';
import { createTalkChannel, type TalkChannel } from '../talk-channel.ts';
import type { Talk, Talks } from '../talks.ts';
import { type Client, requireOpen, type World } from './in-memory-world.ts';

interface Listener {
  readonly client: Client;
  hasRoom(): boolean;
  take(talk: Talk): void;
}

export function createInMemoryTalks(world: World): { open(client: Client): Talks } {
  const listeners = new Map<string, Listener[]>();
  const bell = world.hangBell();

  return {
    open: (client) => ({
      async begin(topic, signal) {
        signal.throwIfAborted();
        requireOpen(client, `begin a talk about ${topic}`);
        const [first, ...others] = (listeners.get(topic) ?? []).filter((each) => !each.client.closed);
        if (first === undefined) throw new NobodyListensError(topic);
        listeners.set(topic, [...others, first]);
        if (!first.hasRoom()) return undefined;
        const { asker, asked } = pairOf(world, { asker: client, asked: first.client });
        first.take(asked);
        return asker;
      },
      async *listen(topic, hasRoom, signal) {
        requireOpen(client, `listen to ${topic}`);
        const begun: Talk[] = [];
        const listener: Listener = {
          ...{ client, hasRoom },
          take: (talk) => {
            begun.push(talk);
            bell.ring();
          },
        };
        listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
        const leave = (): void => {
          const others = listeners.get(topic)?.filter((each) => each !== listener) ?? [];
          listeners.set(topic, others);
        };
        using _leaving = onAbort(signal, leave);
        try {
          while (!signal.aborted && !client.closed) {
            const talk = begun.shift();
            if (talk === undefined) await bell.change(signal);
            else yield talk;
          }
        } finally {
          leave();
          for (const talk of begun) talk.end();
        }
      },
    }),
  };
}

/** Frames arrive later, in their order, unless the client that they are for has closed its connection. */
function pairOf({ timing }: World, clients: Readonly<Record<TalkSide, Client>>): Record<TalkSide, TalkChannel> {
  const side = (own: TalkSide, far: TalkSide): TalkChannel =>
    createTalkChannel({
      timing,
      closed: () => undefined,
      post: (frame) => queueMicrotask(() => (clients[far].closed ? sides[own].unheard() : sides[far].saw(frame))),
    });
  const sides = { asker: side('asker', 'asked'), asked: side('asked', 'asker') };
  return sides;
}
