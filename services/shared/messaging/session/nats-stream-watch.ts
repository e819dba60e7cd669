import type { Logger } from '../../telemetry/logger.ts';
import { isStreamMissing, toBusError } from './nats-errors.ts';

/**
 * Whether the streams are still the same ones. A server whose store was wiped comes back without them, and a recreated stream
 * counts from 1 again: positions in the old one mean nothing there.
 */
export interface StreamWatch {
  /** Changes when the stream is recreated. Asks the server. */
  identityOf(stream: string): Promise<string>;
  /** As it was at the last look; undefined before it was seen. */
  lastIdentityOf(stream: string): string | undefined;
  /** A look that is under way, as it is right after the link came back. */
  underWay(): Promise<void> | undefined;
  /**
   * Looks at all streams now, creates those that are missing, and tells listeners. Simultaneous calls share one look.
   * @throws BusError
   */
  look(): Promise<void>;
  /** A stream was found missing: look soon. */
  hint(): void;
  /** Streams were recreated, by us or by others. */
  onRemade(listener: (streams: readonly string[]) => void): () => void;
  stop(): void;
}

export interface StreamWatchSettings {
  readonly streams: readonly string[];
  /** When the stream was created, by the server's clock, to the nanosecond. */
  readonly createdAt: (stream: string) => Promise<string>;
  /** Creates the streams that are missing. */
  readonly declare: () => Promise<void>;
  /** Calls back each time that the link is up again. */
  readonly onUp: (listener: () => void) => () => void;
  readonly logger: Logger;
  readonly everyMs?: number;
}

const hintPauseMs = 250;

export async function watchStreams(settings: StreamWatchSettings): Promise<StreamWatch> {
  const { streams, createdAt, logger, everyMs = 10_000 } = settings;
  const known = new Map<string, string>();
  const listeners = new Set<(remade: readonly string[]) => void>();
  let looking: Promise<void> | undefined;
  let hinted: NodeJS.Timeout | undefined;

  const identities = async (): Promise<Map<string, string | undefined>> => {
    const found = await Promise.all(
      streams.map(async (stream) => {
        try {
          return [stream, await createdAt(stream)] as const;
        } catch (error) {
          if (isStreamMissing(error)) return [stream, undefined] as const;
          throw error;
        }
      }),
    );
    return new Map(found);
  };
  const lookOnce = async (): Promise<void> => {
    let found = await identities();
    const missing = streams.filter((stream) => found.get(stream) === undefined);
    if (missing.length > 0) {
      logger.error({ streams: missing }, 'streams are missing on the NATS server, and what they held with them; recreating them');
      await settings.declare();
      found = await identities();
    }
    const remade: string[] = [];
    for (const [stream, created] of found) {
      if (created === undefined) continue;
      if (known.has(stream) && known.get(stream) !== created) remade.push(stream);
      known.set(stream, created);
    }
    if (remade.length === 0) return;
    logger.error({ streams: remade }, 'streams on the NATS server were recreated: what they held before is lost');
    for (const listener of [...listeners]) listener(remade);
  };
  const look = (): Promise<void> => {
    looking ??= lookOnce().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const lookQuietly = () => {
    look().catch((error: unknown) =>
      logger.debug({ err: toBusError('look at the streams', error) }, 'the streams could not be looked at'),
    );
  };

  for (const [stream, created] of await identities()) if (created !== undefined) known.set(stream, created);
  const timer = setInterval(lookQuietly, everyMs);
  timer.unref();
  const forget = settings.onUp(lookQuietly);
  return {
    identityOf: createdAt,
    lastIdentityOf: (stream) => known.get(stream),
    underWay: () => looking,
    look,
    hint() {
      hinted ??= setTimeout(() => {
        hinted = undefined;
        lookQuietly();
      }, hintPauseMs).unref();
    },
    onRemade(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      clearInterval(timer);
      clearTimeout(hinted);
      forget();
    },
  };
}
