import { ScaleError } from '../../domain/errors/scale-error.ts';
import { pause } from '../../shared/lifecycle/abort.ts';
import { createBackoff } from '../../shared/lifecycle/backoff.ts';
import { systemTiming } from '../../shared/lifecycle/timing.ts';

/** A process that was started and is ready. */
export interface RunningPart {
  /** Resolves with the reason when it is gone; never rejects. */
  readonly exited: Promise<string>;
  /** Cleanly, killing it if that takes too long. Idempotent. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export interface Supervision {
  readonly name: string;
  /** Tells people what happens; one sentence. */
  readonly notice: (message: string) => void;
  /** The end of the part's log, for the message when it is given up. */
  readonly readTail: () => Promise<string>;
  readonly firstPauseMs?: number;
  /** Resolves once the machine has room for it again: true if that took waiting, and then its death says nothing about it. */
  readonly untilRoom?: (signal: AbortSignal) => Promise<boolean>;
}

export interface Supervised<Part extends RunningPart> {
  /** The newest one. */
  current(): Part;
  /** Resolves if it died too often; pending forever otherwise. */
  readonly givenUp: Promise<Error>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** A part that could not be started. `reason` follows its name: "did not start: it ended with exit status 1". */
export interface StartFailure extends Error {
  readonly reason: string;
  /** It was ended from outside, as by whoever kills what takes too much memory: that says nothing about the next start. */
  readonly wasKilled: boolean;
}

/** A part of the cluster died again and again. */
export class ServiceKeepsDyingError extends ScaleError {
  readonly kind = 'failed';
}

const quickDeathMs = 10_000;
const quickDeathsAllowed = 5;
const longestPauseMs = 5_000;

/**
 * Starts a part and starts it again whenever it dies, with growing pauses, until it has died quickly several times in a row.
 * @param start gets the part that died, e.g. to listen at the same address again
 * @throws ServiceKeepsDyingError; else what the first start throws, unless it was killed: what cannot start even once will not
 * get better by trying
 */
export async function supervise<Part extends RunningPart>(
  supervision: Supervision,
  start: (previous: Part | undefined, signal: AbortSignal) => Promise<Part>,
  signal: AbortSignal,
): Promise<Supervised<Part>> {
  const stopping = new AbortController();
  const limit = AbortSignal.any([signal, stopping.signal]);
  const deaths = countDeaths(supervision);
  let current = await startFirst(() => start(undefined, limit), deaths, signal);

  const keepAlive = async (): Promise<Error | undefined> => {
    let end = await current.exited;
    while (!stopping.signal.aborted) {
      const error = await deaths.another(end, stopping.signal);
      if (error !== undefined || stopping.signal.aborted) return error;
      try {
        current = await start(current, limit);
        end = await current.exited;
      } catch (failure) {
        end = reasonOf(failure);
      }
    }
    return undefined;
  };

  const kept = keepAlive();
  const end = (how: 'stop' | 'kill') => async (): Promise<void> => {
    stopping.abort();
    await current[how]();
    await kept;
    await current[how](); // one that was just being started
  };
  return {
    current: () => current,
    givenUp: kept.then((error) => error ?? new Promise<never>(() => undefined)),
    stop: end('stop'),
    kill: end('kill'),
  };
}

/** One that is killed while it starts is started again. */
async function startFirst<Part>(start: () => Promise<Part>, deaths: Deaths, signal: AbortSignal): Promise<Part> {
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof Error && (error as Partial<StartFailure>).wasKilled === true)) throw error;
      const isOver = await deaths.another(reasonOf(error), signal);
      signal.throwIfAborted();
      if (isOver !== undefined) throw isOver;
    }
  }
}

interface Deaths {
  /**
   * Tells people of it, and waits until the part may be started again.
   * @returns why it is given up; or undefined, also once the signal has aborted
   */
  another(end: string, signal: AbortSignal): Promise<Error | undefined>;
}

/** From the part's first start. */
function countDeaths(supervision: Supervision): Deaths {
  let startedAt = systemTiming.monotonicMs();
  let quickDeaths = 0;
  const backoff = createBackoff({ firstMs: supervision.firstPauseMs ?? 250, capMs: longestPauseMs });
  return {
    async another(end, signal) {
      quickDeaths = systemTiming.monotonicMs() - startedAt < quickDeathMs ? quickDeaths + 1 : 1;
      if (quickDeaths > quickDeathsAllowed) return await giveUp(supervision, end);
      if (quickDeaths === 1) backoff.reset();
      supervision.notice(`${supervision.name} ${end}; starting it again.`);
      await pause(systemTiming, backoff.next(), signal);
      if (await supervision.untilRoom?.(signal)) quickDeaths = 0;
      startedAt = systemTiming.monotonicMs();
      return undefined;
    },
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `could not be started: ${String(error)}`;
  const { reason, message } = error as Partial<StartFailure> & Error;
  return reason ?? `could not be started: ${message.split('\n', 1)[0]}`;
}

async function giveUp(supervision: Supervision, end: string): Promise<Error> {
  const tail = await supervision.readTail();
  return new ServiceKeepsDyingError(`${supervision.name} keeps dying (${end}). ${tail}`);
}
