import { isDeepStrictEqual } from 'node:util';
import type { StreamConfig } from '@nats-io/jetstream';
import { BusError } from '../errors.ts';
import { isStreamDifferent, isStreamMissing } from '../session/nats-errors.ts';
import { type Trying, untilDone } from '../session/nats-session.ts';
import { type StreamDeclaration, type StreamLimits, streamDeclarations } from '../stream-declarations.ts';
import type { StreamName } from '../subjects-and-streams.ts';

/** Resolves once they are there; a service that may not make them waits for the coordinator. @throws BusError (retryable) */
export async function awaitStreams(session: Trying, names: readonly StreamName[]): Promise<void> {
  await untilDone(session, 'find the streams', async () => {
    const missing: string[] = [];
    for (const name of names) if ((await configOf(session, name)) === undefined) missing.push(name);
    if (missing.length === 0) return;
    throw new BusError(
      'find the streams',
      `${missing.join(', ')}: not on the server yet; a coordinator creates them when it starts`,
    );
  });
}

/**
 * Creates the streams that are missing and updates those that differ; several may do so at the same time. In their order, since
 * one that gets smaller may make room for the next; where nothing is to be done, which is usual, they are looked at all at once.
 */
export async function declareStreams(session: Trying, limits: StreamLimits): Promise<void> {
  const declarations = streamDeclarations(limits);
  const look = () => Promise.all(declarations.map(({ config: { name } }) => configOf(session, name)));
  const present = await untilDone(session, 'look at the streams', look);
  for (const [place, declaration] of declarations.entries()) {
    const found = present[place];
    if (isAsDeclared(found, declaration)) continue;
    const isNew = found === undefined;
    await untilDone(session, `declare stream ${declaration.config.name}`, () => declareStream(session, declaration, isNew));
  }
}

function isAsDeclared(present: StreamConfig | undefined, { config }: StreamDeclaration): boolean {
  return present !== undefined && differencesFrom(present, config).length === 0;
}

/** Both are harmless to repeat. */
async function declareStream(session: Trying, { config, whenNew }: StreamDeclaration, isNew: boolean): Promise<void> {
  const { streams } = session.manager;
  if (isNew) {
    try {
      await streams.add({ ...whenNew, ...config });
      return;
    } catch (error) {
      // Another service was faster, with other limits: now it is an update.
      if (!isStreamDifferent(error)) throw error;
    }
  }
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
