import { DiscardPolicy, type StreamInfo } from '@nats-io/jetstream';
import type { StreamFill } from '../bus.ts';
import { streamsOf } from '../nats-permissions.ts';
import { isStreamMissing, toBusError } from '../session/nats-errors.ts';
import type { NatsSession } from '../session/nats-session.ts';
import { type StreamLimits, streamDeclarations } from '../stream-declarations.ts';
import { differencesFrom } from './declare-streams.ts';

/** What the streams hold, and how their settings differ from those that this service would give them. @throws BusError */
export async function fillOf(
  { manager, role }: Pick<NatsSession, 'manager' | 'role'>,
  limits: StreamLimits,
): Promise<readonly StreamFill[]> {
  const infoOf = async (name: string): Promise<StreamInfo | undefined> => {
    try {
      return await manager.streams.info(name);
    } catch (error) {
      if (isStreamMissing(error)) return undefined;
      throw toBusError(`look at the stream ${name}`, error);
    }
  };
  const names: readonly string[] = streamsOf(role);
  const found = await Promise.all(
    streamDeclarations(limits)
      .filter(({ config }) => names.includes(config.name))
      .map(async ({ config: wanted }) => ({ wanted, info: await infoOf(wanted.name) })),
  );
  return found.flatMap(({ wanted, info }) => {
    if (info === undefined) return [];
    const { config, state } = info;
    const refusesWhenFull = config.discard === DiscardPolicy.New;
    const differs = differencesFrom(config, wanted);
    return {
      stream: wanted.name,
      messages: state.messages,
      bytes: state.bytes,
      maxBytes: config.max_bytes,
      refusesWhenFull,
      differs,
    };
  });
}
