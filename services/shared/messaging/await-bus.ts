import { orAborted, pause } from '../lifecycle/abort.ts';
import { systemTiming } from '../lifecycle/timing.ts';
import type { Bus, BusLink } from './bus.ts';
import { BusError, PermissionsMissingError } from './errors.ts';
import { type BusSettings, connectBus } from './nats-bus.ts';
import { toBusError } from './session/nats-errors.ts';
import { createWaits } from './waits.ts';

/** A bus that keeps connecting for as long as it takes: a service that starts before NATS waits for it, and says so. */
export interface AwaitedBus {
  /**
   * Resolves once the service is allowed all that it must do. Rejects when waiting is pointless, or when the signal aborts.
   * @throws NatsFileError, AccessRefusedError, UnsupportedServerError, BusError
   */
  readonly connected: Promise<Bus>;
  /** How the connection is; undefined until there was one. */
  link(): BusLink | undefined;
  /** For /readyz: what it waits for until the bus is connected; then the bus's own check. */
  check(signal: AbortSignal): Promise<void>;
}

export function awaitBus(settings: BusSettings, ending: AbortSignal): AwaitedBus {
  const { logger, name } = settings;
  const waits = createWaits(logger, systemTiming);
  let bus: Bus | undefined;
  /** A service that took on work before it is allowed all of it would spend what it cannot store. */
  const untilAllowed = async (opened: Bus): Promise<void> => {
    for (;;) {
      ending.throwIfAborted();
      if (opened.forbidden() === undefined) return;
      await pause(systemTiming, allowedPauseMs, ending);
      await opened.check(ending).catch(() => undefined);
    }
  };
  const connect = async (): Promise<Bus> => {
    logger.info({ name }, 'connecting to NATS');
    using wait = waits.open('connect');
    for (;;) {
      try {
        const connecting = connectBus(settings, waits);
        // A bus that arrives too late has no owner.
        connecting.then((late) => (ending.aborted ? late.close() : undefined)).catch(() => undefined);
        bus = await orAborted(connecting, ending);
        logger.info('connected to NATS');
        await untilAllowed(bus);
        return bus;
      } catch (cause) {
        ending.throwIfAborted();
        const error = toBusError('connect', cause);
        const mayBeGranted = error instanceof PermissionsMissingError;
        if (!error.retryable && !mayBeGranted) throw error;
        wait.failed(error);
        // Also of one that comes at once, again and again: without a pause nothing else would run, a signal to end included.
        await pause(systemTiming, mayBeGranted ? allowedPauseMs : retryPauseMs, ending);
        ending.throwIfAborted();
      }
    }
  };
  const connected = connect();
  connected.catch(() => waits.stop());
  return {
    connected,
    link: () => bus?.link(),
    async check(signal) {
      if (bus) return await bus.check(signal);
      const trouble = waits.longest();
      throw new BusError(
        'connect to NATS',
        trouble ? `${trouble.message} (for ${Math.round(trouble.forMs / 1000)} s)` : 'under way',
      );
    },
  };
}

/** How often it is looked whether permissions that were missing are there. */
const allowedPauseMs = 2_000;
const retryPauseMs = 250;
