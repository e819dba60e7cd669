import type { Logger } from '../../telemetry/logger.ts';
import { AccessRefusedError, BusError } from '../errors.ts';
import type { Waits } from '../waits.ts';
import type { Link } from './nats-link.ts';

/** Tells of a lost link, since the operations that wait for it do not fail meanwhile. */
export interface LostLink {
  /** What is wrong with the link now; undefined while it is up. */
  error(): BusError | undefined;
  stop(): void;
}

export interface LostLinkSettings {
  readonly link: Link;
  readonly waits: Waits;
  readonly logger: Logger;
  /** Why the server lets us in no more: in words that follow its name, undefined if it is simply not there. */
  readonly explain: () => Promise<string | undefined>;
  /** How often it is asked. Default 2 s. */
  readonly everyMs?: number;
}

const operation = 'reach NATS';

/**
 * While it is lost, the client goes on trying, and says nothing of how that goes: an expired certificate or a user who was
 * removed look like a server that is down.
 */
export function watchLostLink({ link, waits, logger, explain, everyMs = 2_000 }: LostLinkSettings): LostLink {
  const wait = waits.open(operation);
  let current: BusError | undefined;
  let timer: NodeJS.Timeout | undefined;
  let told = '';
  let isStopped = false;
  const fail = (error: BusError): void => {
    current = error;
    wait.failed(error);
  };
  const ask = async (): Promise<void> => {
    const because = await explain();
    if (isStopped || link.isUp()) return;
    if (because === undefined) fail(new BusError(operation, lostLink));
    else fail(new AccessRefusedError(operation, `${because}; it is tried again and again`));
    if (because !== undefined && because !== told)
      logger.error({ err: current }, `NATS does not let this service in: ${because}`);
    told = because ?? '';
  };
  const askLater = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      ask()
        .catch((error: unknown) => logger.error({ err: error }, 'it cannot be asked why the link is lost'))
        .finally(() => {
          if (!isStopped && !link.isUp()) askLater();
        });
    }, everyMs).unref();
  };
  const forgets = [
    link.onLost(() => {
      // Each try that is refused is another loss.
      if (current !== undefined) return;
      fail(new BusError(operation, lostLink));
      askLater();
    }),
    link.onUp(() => {
      clearTimeout(timer);
      current = undefined;
      told = '';
      wait.recovered();
    }),
  ];
  return {
    error: () => current,
    stop() {
      isStopped = true;
      clearTimeout(timer);
      // The next connection shares what is waited for, and must not be held not ready by this one.
      wait[Symbol.dispose]();
      for (const forget of forgets) forget();
    },
  };
}

const lostLink = 'the connection to the server is lost; reconnecting';
