import { applySweepEvent } from '../../domain/sweep/apply-sweep-event.ts';
import type { SweepState } from '../../domain/sweep/sweep-state.ts';
import { decodeSweepEvent } from '../../shared/contracts/sweep-codec.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import { linked, pause, within } from '../../shared/lifecycle/abort.ts';
import { createBackoff } from '../../shared/lifecycle/backoff.ts';
import { restartingLoop } from '../../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { type Bell, createBell } from '../bell.ts';
import { holdLease } from '../leases/hold-lease.ts';
import { unreadableLog } from '../log/unreadable-log.ts';
import { type Note, noteOfRun, noteOfSweep } from './note.ts';
import { NoteRefusedError, postNote, type Webhook } from './post-note.ts';

export interface WebhookParts {
  readonly bus: Bus;
  readonly timing: Timing;
  readonly logger: Logger;
  /** Of this coordinator. */
  readonly name: string;
  /** Default: over HTTP. */
  readonly post?: typeof postNote;
}

/** By which the audit log knows that an address was told, or that it was given up. */
const method = 'Notify';
const lease = 'webhook';
const leasePollMs = 1_000;
const sweepsEveryMs = 250;
/** From the event on: what nobody took for so long is no news. */
const triedForMs = 24 * 3_600_000;
const [firstPauseMs, longestPauseMs] = [1_000, 5 * 60_000];
/** For one more attempt when this process ends. */
const lastWordMs = 3_000;

/**
 * Tells an address when a run or a sweep has ended, failed or been paused. One coordinator at a time does it, beside all else:
 * nobody waits for it. What was told stands in the audit log, so that the next one goes on where this one dies; a note may come
 * twice then, under the same id.
 */
export function startWebhook(webhook: Webhook, parts: WebhookParts): { stop(): Promise<void> } {
  const { bus, timing, logger, name, post = postNote } = parts;
  const stopping = new AbortController();
  const loops = { signal: stopping.signal, logger, timing };
  /** Notes that were told or given up, or are being told. */
  const known = new Set<string>();
  const underWay = new Map<string, { readonly note: Note; readonly ended: Promise<void> }>();

  const keep = (note: Note, code: string, attempts: number, why: string): Promise<void> =>
    bus.audit.append({
      ...{ timeMs: Math.trunc(timing.wallMs()), caller: name, role: '', address: new URL(webhook.url).host, method },
      ...{ target: note.target, code, coordinator: name },
      asked: JSON.stringify({ id: note.id, event: note.event, attempts, ...(why !== '' && { why }) }),
    });
  const attempt = async (note: Note, attempts: number, signal: AbortSignal): Promise<boolean> => {
    const told = { target: note.target, event: note.event, attempts };
    try {
      await post(webhook, note, timing, signal);
    } catch (error) {
      if (!(error instanceof NoteRefusedError)) throw error;
      const isLate = timing.wallMs() - note.atMs > triedForMs;
      logger.warn({ ...told, err: coerceError(error) }, 'a note was not taken');
      if (!isLate && !error.isFinal) return false;
      await keep(note, 'UNAVAILABLE', attempts, error.message);
      return true;
    }
    await keep(note, 'OK', attempts, '');
    logger.info(told, 'a note was taken');
    return true;
  };
  const tell = async (note: Note, signal: AbortSignal): Promise<void> => {
    const backoff = createBackoff({ firstMs: firstPauseMs, capMs: longestPauseMs });
    for (let attempts = 1; !signal.aborted; attempts += 1) {
      const isDone = await attempt(note, attempts, signal).catch((error: unknown) => {
        // The bus: then it is told again, under the same id.
        logger.warn({ err: coerceError(error) }, 'a note is tried again');
        return false;
      });
      if (isDone) return;
      await pause(timing, backoff.next(), signal);
    }
  };
  const isNews = ({ id, atMs }: Note): boolean => !known.has(id) && timing.wallMs() - atMs <= triedForMs;
  const take = (note: Note | undefined, signal: AbortSignal): void => {
    if (note === undefined || !isNews(note)) return;
    known.add(note.id);
    const ended = tell(note, signal).then(() => {
      if (!signal.aborted) underWay.delete(note.id);
    });
    underWay.set(note.id, { note, ended });
  };
  const remember = async (signal: AbortSignal): Promise<void> => {
    known.clear();
    underWay.clear();
    for await (const entry of bus.audit.read('', signal)) if (entry.method === method) known.add(idIn(entry.asked));
  };
  const noteOf = async (sweepId: string, signal: AbortSignal): Promise<Note | undefined> => {
    let state: SweepState | undefined;
    let pausedAtMs = 0;
    for await (const { entry, timeMs } of bus.sweeps.read(sweepId, { after: 0, follow: false }, signal)) {
      const event = decodeSweepEvent(entry);
      state = applySweepEvent(state, event, timeMs);
      if (event.kind === 'sweep-paused') pausedAtMs = timeMs;
    }
    return state && noteOfSweep(sweepId, state, pausedAtMs);
  };
  const lookAtSweep = async (sweepId: string, signal: AbortSignal): Promise<Note | undefined> => {
    try {
      return await noteOf(sweepId, signal);
    } catch (error) {
      // Begun again, all others would wait for it.
      if (unreadableLog(error) === undefined) throw error;
      logger.warn({ err: coerceError(error), sweepId }, 'the log of a sweep cannot be read: nobody is told of it');
      return undefined;
    }
  };

  /** Now and then, since a sweep's log may grow by thousands of entries at once. */
  const lookAtSweeps = async (changed: Set<string>, bell: Bell, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await bell.rung(signal);
      await pause(timing, sweepsEveryMs, signal);
      const sweepIds = [...changed];
      changed.clear();
      for (const sweepId of sweepIds) take(await lookAtSweep(sweepId, signal), signal);
    }
  };

  const loop = restartingLoop('tell the webhook', loops, async (signal) => {
    for (;;) {
      await using held = await holdLease(bus.leases, lease, name, logger, timing);
      if (held === undefined) {
        await timing.sleep(leasePollMs, signal);
        continue;
      }
      using over = linked(signal, held.lost);
      const working = over.signal;
      await remember(working);
      const changed = new Set<string>();
      const bell = createBell();
      const watches = [
        (async () => {
          for await (const manifest of bus.runs.watch(working)) take(noteOfRun(manifest), working);
        })(),
        (async () => {
          for await (const { sweepId } of bus.sweeps.watch(working)) {
            changed.add(sweepId);
            bell.ring();
          }
        })(),
        lookAtSweeps(changed, bell, working),
      ];
      try {
        await Promise.all(watches);
      } finally {
        // Where one watch has failed, all begin again: a note that nobody takes would otherwise hold that up for a day.
        over.abort(new Error('the watches begin again'));
        await Promise.allSettled([...watches, ...[...underWay.values()].map(({ ended }) => ended)]);
      }
      if (signal.aborted) return;
    }
  });

  /** On one machine a run's end is the cluster's: what has just happened is told now, or at the next start. */
  const lastWord = async (left: readonly Note[]): Promise<void> => {
    using limit = within(timing, lastWordMs);
    const { signal } = limit;
    await using held = await holdLease(bus.leases, lease, name, logger, timing);
    // Somebody else tells it.
    if (held === undefined) return;
    await remember(signal);
    const notes = [...left, ...(await bus.runs.list()).map(noteOfRun)].filter((note) => note !== undefined && isNews(note));
    const news = new Map(notes.map((note) => [note?.id, note as Note]));
    await Promise.all([...news.values()].map((note) => attempt(note, 1, signal)));
  };
  return {
    async stop() {
      stopping.abort();
      await loop;
      const left = [...underWay.values()].map(({ note }) => note);
      await lastWord(left).catch((error: unknown) =>
        logger.warn({ err: coerceError(error) }, 'the webhook was not told everything'),
      );
    },
  };
}

function idIn(asked: string): string {
  try {
    return String((JSON.parse(asked) as { id?: unknown }).id);
  } catch {
    // Not of this program.
    return '';
  }
}
