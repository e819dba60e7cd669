import { isDeepStrictEqual } from 'node:util';
import type { StreamConfig } from '@nats-io/jetstream';
import { isStreamDifferent, isStreamMissing } from './nats-errors.ts';
import { type Trying, untilDone } from './nats-session.ts';
import { type StreamDeclaration, type StreamLimits, streamDeclarations } from './subjects-and-streams.ts';

/** Creates the streams that are missing and updates those that differ. Every service does so, in any order, at the same time. */
export async function declareStreams(session: Trying, limits: StreamLimits): Promise<void> {
  for (const declaration of streamDeclarations(limits)) {
    await untilDone(session, `declare stream ${declaration.config.name}`, () => declareStream(session, declaration));
  }
}

async function declareStream(session: Trying, declaration: StreamDeclaration): Promise<void> {
  const { streams } = session.manager;
  const { config, whenNew } = declaration;
  const present = await configOf(session, config.name);
  if (!present) {
    try {
      await streams.add({ ...whenNew, ...config });
      return;
    } catch (error) {
      // Another service was faster, with other limits: now it is an update.
      if (!isStreamDifferent(error)) throw error;
    }
  }
  if (present && differencesFrom(present, config).length === 0) return;
  await streams.update(config.name, config);
}

async function configOf(session: Trying, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await session.manager.streams.info(name)).config;
  } catch (error) {
    if (isStreamMissing(error)) return undefined;
    throw error;
  }
}

/** The settings that are not as wanted. */
export function differencesFrom(present: StreamConfig, wanted: Partial<StreamConfig>): string[] {
  const found = present as unknown as Record<string, unknown>;
  return Object.entries(wanted).flatMap(([field, value]) => (isDeepStrictEqual(found[field], value) ? [] : [field]));
}
