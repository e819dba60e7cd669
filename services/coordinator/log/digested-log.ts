import { nextDigest } from '../../shared/contracts/log-digest.ts';
import { pause } from '../../shared/lifecycle/abort.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { LogLostError } from '../../shared/messaging/errors.ts';
import type { LogEntry } from '../../shared/messaging/event-log.ts';
import { RequestRefusedError } from '../request-refused-error.ts';

export interface DigestedEntry extends LogEntry {
  /** Of the log up to here. Equal digests mean equal beginnings, whatever sequences the store has given the entries. */
  readonly digest: string;
}

/** A position in a log: after the entry with this digest, or, if that is unknown, with this sequence. */
export interface LogPlace {
  readonly sequence: number;
  readonly digest: string;
}

export interface LogSource {
  readonly bus: Bus;
  readonly timing: Timing;
}

const beginning: LogPlace = { sequence: 0, digest: '' };
/** Within this time a coordinator that remembers a lost log writes it again; otherwise no one will. */
const restoredWithinMs = 5_000;
const pauseMs = 250;

/**
 * Reads a log from a position on, even across a recreated store: where its coordinator writes it again, the reader continues
 * where it was; where it does not, `restarted` comes before the first entry of the present log.
 * @throws RequestRefusedError when the store has lost the run, and no coordinator restores it
 */
export async function* readDigested(
  { bus, timing }: LogSource,
  { runId, place, follow }: { readonly runId: string; readonly place: LogPlace; readonly follow: boolean },
  signal: AbortSignal,
): AsyncGenerator<DigestedEntry | 'restarted'> {
  let now = place;
  let remade = new AbortController();
  // A reader that has not read an entry yet does not learn of it from the read itself.
  const forget = bus.onRemade(() => remade.abort());
  try {
    for (;;) {
      remade = new AbortController();
      await untilKnown({ bus, timing }, runId, signal);
      const found = await findPlace({ bus, timing }, runId, now, signal);
      if (signal.aborted) return;
      if (found === undefined) yield 'restarted';
      now = found ?? beginning;
      try {
        for await (const entry of bus.log.read(
          runId,
          { after: now.sequence, follow },
          AbortSignal.any([signal, remade.signal]),
        )) {
          now = { sequence: entry.sequence, digest: nextDigest(now.digest, entry.entry) };
          yield { ...entry, digest: now.digest };
        }
        if (!remade.signal.aborted) return;
      } catch (error) {
        if (!(error instanceof LogLostError)) throw error;
      }
    }
  } finally {
    forget();
  }
}

/** @throws RequestRefusedError if no coordinator restores the run */
async function untilKnown({ bus, timing }: LogSource, runId: string, signal: AbortSignal): Promise<void> {
  const deadline = timing.monotonicMs() + restoredWithinMs;
  while (!signal.aborted && (await bus.runs.get(runId)) === undefined) {
    if (timing.monotonicMs() > deadline) {
      throw new RequestRefusedError('not-found', `run ${runId} was lost with the NATS store: start it again with its file`);
    }
    await pause(timing, pauseMs, signal);
  }
}

/** @returns undefined if the log does not lead to the position, now or later */
async function findPlace(
  { bus, timing }: LogSource,
  runId: string,
  wanted: LogPlace,
  signal: AbortSignal,
): Promise<LogPlace | undefined> {
  if (wanted.sequence === 0 && wanted.digest === '') return beginning;
  const deadline = timing.monotonicMs() + restoredWithinMs;
  while (!signal.aborted) {
    const found = await lookFor(bus, runId, wanted, signal);
    if (found !== undefined || timing.monotonicMs() > deadline) return found;
    await pause(timing, pauseMs, signal);
  }
  return undefined;
}

async function lookFor(bus: Bus, runId: string, wanted: LogPlace, signal: AbortSignal): Promise<LogPlace | undefined> {
  let place = beginning;
  try {
    for await (const { sequence, entry } of bus.log.read(runId, { after: 0, follow: false }, signal)) {
      // Without a digest the sequence alone decides.
      if (wanted.digest === '' && sequence > wanted.sequence) return place;
      place = { sequence, digest: nextDigest(place.digest, entry) };
      if (place.digest === wanted.digest) return place;
    }
  } catch (error) {
    if (!(error instanceof LogLostError)) throw error;
    return undefined;
  }
  return wanted.digest === '' && place.sequence === wanted.sequence ? place : undefined;
}
