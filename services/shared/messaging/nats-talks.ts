import { type Msg, type NatsConnection, nuid, type Subscription } from 'nats';
import { type TalkFrame, TalkSign } from '../contracts/generated/scale/v1/talk.ts';
import { decodeTalkFrame, encodeTalkFrame } from '../contracts/talk-codec.ts';
import { coerceError } from '../errors/coerce-error.ts';
import { onAbort, orAborted } from '../lifecycle/abort.ts';
import type { Timing } from '../lifecycle/timing.ts';
import type { Logger } from '../telemetry/logger.ts';
import { BusError, NobodyListensError } from './errors.ts';
import { toBusError } from './session/nats-errors.ts';
import type { Link } from './session/nats-link.ts';
import { lastToken, subjects, type TalkSide } from './subjects-and-streams.ts';
import { createTalkChannel, type TalkChannel } from './talk-channel.ts';
import type { Talk, Talks } from './talks.ts';

export interface NatsTalks extends Talks {
  /** Ends all talks. */
  stop(): void;
}

export interface NatsTalksSettings {
  readonly connection: NatsConnection;
  readonly link: Pick<Link, 'isUp' | 'untilUp' | 'onUp'>;
  readonly logger: Logger;
  readonly timing: Timing;
}

/** A link that is lost for as long is told to whoever wants to begin a talk. */
const linkWithinMs = 2_000;
/** Whoever listens answers an offer at once, or stands still; and so does the server. */
const answerWithinMs = 2_000;
const serverWithinMs = 1_000;
const noBody = Buffer.alloc(0);

type Offered = { readonly accepted: string } | 'full' | 'nobody' | 'silent';

/**
 * Talks on plain subjects: an offer goes to one of a queue group, and from then on each side sends to a subject of the other. The
 * server says of each frame whether anybody has that subject, by which the death of a process is known within two seconds.
 */
export function createNatsTalks({ connection, link, logger, timing }: NatsTalksSettings): NatsTalks {
  const client = nuid.next();
  const channels = new Map<string, TalkChannel>();
  const offers = new Map<string, (offered: Offered) => void>();
  const hearing = new Map<TalkSide, Subscription>();
  const held: (() => void)[] = [];

  const publish = (subject: string, frame: TalkFrame, reply: string | undefined): void => {
    const send = (): void => {
      try {
        connection.publish(subject, encodeTalkFrame(frame), reply === undefined ? {} : { reply });
      } catch (error) {
        // The connection is closed for good: the talk ends by its own clock.
        logger.debug({ err: coerceError(error), subject }, 'a part of a talk could not be sent');
      }
    };
    // What is sent while the client reconnects is dropped.
    if (link.isUp()) send();
    else held.push(send);
  };
  const forget = link.onUp(() => {
    for (const send of held.splice(0)) send();
    for (const channel of channels.values()) channel.reopened();
  });
  const openChannel = (id: string, side: TalkSide, to: string): TalkChannel => {
    const own = subjects.talkSide(side, client, id);
    const channel = createTalkChannel({ post: (frame) => publish(to, frame, own), closed: () => channels.delete(id), timing });
    channels.set(id, channel);
    return channel;
  };
  const saw = (message: Msg): void => {
    const id = lastToken(message.subject);
    const offer = offers.get(id);
    const channel = channels.get(id);
    if (message.headers?.code === 503) return offer === undefined ? channel?.unheard() : offer('nobody');
    const frame = decodeTalkFrame(message.data);
    if (offer !== undefined && frame.sign === TalkSign.FULL) return offer('full');
    if (offer !== undefined && message.reply) return offer({ accepted: message.reply });
    if (channel !== undefined) return channel.saw(frame);
    const isOver = frame.sign === TalkSign.UNKNOWN || frame.sign === TalkSign.ENDED || frame.sign === TalkSign.FULL;
    if (!isOver && message.reply) publish(message.reply, { sign: TalkSign.UNKNOWN, sequence: 0, body: noBody }, undefined);
  };
  /** A server that stands still keeps its connections for a while. */
  const serverAnswers = (): Promise<boolean> => {
    const answered = Promise.withResolvers<boolean>();
    const late = timing.after(serverWithinMs, () => answered.resolve(false));
    connection.flush().then(
      () => answered.resolve(true),
      () => answered.resolve(false),
    );
    return answered.promise.finally(late);
  };
  /** Where the other sides of this client's talks send to. */
  const hear = (side: TalkSide): void => {
    if (hearing.has(side)) return;
    const subject = subjects.talkSide(side, client, '*');
    const subscription = connection.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) {
          hearing.delete(side);
          logger.error({ err: toBusError(`listen to ${subject}`, error) }, 'talks cannot be heard');
          return;
        }
        try {
          saw(message);
        } catch (wrong) {
          logger.debug({ err: coerceError(wrong), subject }, 'a part of a talk could not be read');
        }
      },
    });
    hearing.set(side, subscription);
  };

  return {
    async begin(topic, signal) {
      const operation = `begin a talk about ${topic}`;
      await orAborted(link.untilUp(linkWithinMs), signal);
      if (!link.isUp()) throw new BusError(operation, 'the connection to the server is lost; reconnecting');
      const id = nuid.next();
      const own = subjects.talkSide('asker', client, id);
      const offered = Promise.withResolvers<Offered>();
      offers.set(id, offered.resolve);
      const late = timing.after(answerWithinMs, () => offered.resolve('silent'));
      try {
        hear('asker');
        connection.publish(subjects.talkOffer(topic), noBody, { reply: own });
        const answer = await orAborted(offered.promise, signal);
        if (answer === 'nobody') throw new NobodyListensError(topic);
        if (answer === 'silent' && !(await orAborted(serverAnswers(), signal))) {
          throw new BusError(operation, 'the server does not answer');
        }
        return answer === 'full' || answer === 'silent' ? undefined : openChannel(id, 'asker', answer.accepted);
      } catch (error) {
        signal.throwIfAborted();
        throw toBusError(operation, error);
      } finally {
        late();
        offers.delete(id);
      }
    },
    async *listen(topic, hasRoom, signal): AsyncGenerator<Talk> {
      if (signal.aborted) return;
      hear('asked');
      const subject = subjects.talkOffer(topic);
      const subscription = connection.subscribe(subject, { queue: topic });
      using _ending = onAbort(signal, () => subscription.unsubscribe());
      try {
        for await (const { reply } of subscription) {
          if (!reply) continue;
          if (!hasRoom()) {
            publish(reply, { sign: TalkSign.FULL, sequence: 0, body: noBody }, undefined);
            continue;
          }
          const id = nuid.next();
          const channel = openChannel(id, 'asked', reply);
          publish(reply, { sign: TalkSign.ACCEPTED, sequence: 0, body: noBody }, subjects.talkSide('asked', client, id));
          yield channel;
        }
      } catch (error) {
        throw toBusError(`listen to ${subject}`, error);
      } finally {
        subscription.unsubscribe();
      }
    },
    stop() {
      forget();
      for (const channel of [...channels.values()]) channel.end();
      for (const subscription of hearing.values()) subscription.unsubscribe();
      hearing.clear();
    },
  };
}
