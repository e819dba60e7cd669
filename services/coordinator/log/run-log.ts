import type { ExecutionPlace, OutcomeTexts } from '../../domain/prompts/build-proposal-prompt.ts';
import type { RoundTimes } from '../../domain/report/time-left.ts';
import { applyEvent } from '../../domain/run/apply/apply-event.ts';
import type { RunEvent } from '../../domain/run/event.ts';
import { isOver } from '../../domain/run/is-over.ts';
import { jobsOfEvent } from '../../domain/run/jobs-of-event.ts';
import type { RunState } from '../../domain/run/state.ts';
import { decodeEvent, encodeEvent } from '../../shared/contracts/event-codec.ts';
import { nextDigest } from '../../shared/contracts/log-digest.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { readAnswers } from './answer-places.ts';
import { createJobIdSet, type JobIdSet } from './job-id-set.ts';
import { createLogCopy, type LogCopy } from './log-copy.ts';
import { foldLog } from './log-fold.ts';
import { createSnapshotWriter, readSnapshot } from './run-snapshots.ts';

/** What a run's log adds up to, and when its rounds began and ended. */
export interface RunView {
  readonly state: RunState;
  readonly times: RoundTimes;
}

/** An event on its way into the log. */
export interface Written {
  /** With it. */
  readonly state: RunState;
  /** When the store has it, and all before it. Rejects as append does; who does not look at it is not told. */
  readonly stored: Promise<void>;
}

/** A run's log, and the state it adds up to. */
export interface RunLog {
  /** As stored; undefined while the log is empty. */
  state(): RunState | undefined;
  /** Kept current. */
  readonly times: RoundTimes;
  /** Entries that the store had lost, and that were written again when the log was opened. */
  readonly restored: number;
  /**
   * Appends and applies, and returns the state after it. Once it has thrown, it is unknown whether the entry was stored: open the
   * log again.
   * @throws LogConflictError when another coordinator has taken over
   * @throws EventRefusedError if the event cannot follow; then nothing was written
   */
  append(event: RunEvent): Promise<RunState>;
  /**
   * Applies at once, and appends when all before it are stored: what follows from results alone need not wait for the store,
   * since whoever reads a log without it finds the same. Once one could not be stored, none after it is.
   * @throws EventRefusedError as append does
   */
  write(event: RunEvent): Written;
  /** Results up to this sequence of their stream were in the log when it was opened; 0 where that is not known. */
  readonly resultsInLog: number;
  /** Jobs of later results that were in the log when it was opened. */
  readonly jobsInLog: Pick<JobIdSet, 'has'>;
  /** These executions' answers, and what the scorer says of them, as the log has them, by answerKey. */
  answers(places: readonly ExecutionPlace[]): Promise<ReadonlyMap<string, OutcomeTexts>>;
}

export interface RunLogSettings {
  readonly timing: Pick<Timing, 'wallMs'>;
  /** What this process knows of the log; kept current. */
  readonly remembered?: LogCopy;
  /** A snapshot is not written for fewer new entries than this. Default: none is written. */
  readonly snapshotEntries?: number;
  /** Results up to this sequence are in the log now; asked for by each snapshot. */
  readonly resultsInLog?: () => number;
  /** Is told what failed on the side, which changes nothing about the run. */
  readonly failed?: (what: string, error: unknown) => void;
}

/**
 * Reads the log to its present end, on from its newest snapshot. If it is only the beginning of what was remembered, the store
 * has lost the rest, which is then written again.
 */
export async function openRunLog(bus: Bus, runId: string, settings: RunLogSettings, signal: AbortSignal): Promise<RunLog> {
  const { timing, remembered = createLogCopy(), snapshotEntries, resultsInLog = () => 0, failed = () => undefined } = settings;
  const newest = await readSnapshot(bus, runId);
  const isKnown = newest !== undefined && remembered.digest(newest.place.entries) === newest.place.digest;
  const snapshot = isKnown || remembered.length === 0 ? newest : undefined;
  if (snapshot !== undefined && !isKnown) remembered.skip(snapshot.place.entries, snapshot.place.digest);
  const fold = foldLog(snapshot);
  const jobsInLog = createJobIdSet();
  let { entries: found, digest } = snapshot?.place ?? { entries: 0, digest: '' };
  for await (const entry of bus.log.read(runId, { after: fold.sequence(), follow: false }, signal)) {
    const state = fold.state();
    for (const jobId of jobsOfEvent(fold.add(entry), state)) jobsInLog.add(jobId);
    found += 1;
    digest = nextDigest(digest, entry.entry);
    // A log that is a different one replaces what was remembered.
    if (remembered.digest(found) === digest) continue;
    remembered.cut(found - 1);
    remembered.push(entry.entry);
  }
  // A read that was cut short by the signal ends too early.
  signal.throwIfAborted();
  if (found < remembered.skipped) remembered.cut(found);
  const restored = remembered.length - found;
  for (const entry of remembered.from(found)) {
    signal.throwIfAborted();
    fold.add({ sequence: await bus.log.append(runId, entry, fold.sequence()), timeMs: timing.wallMs(), entry });
  }
  const snapshots =
    snapshotEntries === undefined
      ? undefined
      : createSnapshotWriter(bus, runId, snapshot?.place.entries ?? 0, snapshotEntries, (error) =>
          failed('a snapshot could not be written', error),
        );
  let completing = remembered.skipped === 0;
  let applied = fold.state();
  let storing = Promise.resolve();
  const store = async (event: RunEvent, entry: Uint8Array, next: RunState): Promise<void> => {
    signal.throwIfAborted();
    const sequence = await bus.log.append(runId, entry, fold.sequence());
    remembered.push(entry);
    fold.added(event, next, { sequence, timeMs: timing.wallMs() });
    if (!completing) {
      // Only now: whoever waits for the run to go on does not wait for this.
      completing = true;
      completeCopy(bus, runId, remembered, signal).catch((error: unknown) => failed('the log was not read again', error));
    }
    // A state that goes back to another one is folded from the log.
    if (next.limit !== undefined) return;
    const entries = remembered.length;
    await snapshots?.appended(entries, isOver(next), () => ({
      ...{ state: next, ...fold.copies(), results: resultsInLog() },
      place: { entries, sequence, digest: remembered.digest(entries) },
    }));
  };
  const write = (event: RunEvent): Written => {
    signal.throwIfAborted();
    // Applied first: an event that cannot follow must never get into the log.
    // What is applied is what a restart would read: encoding sorts a workflow's prompts, for example.
    const entry = encodeEvent(runId, event);
    const next = applyEvent(applied, decodeEvent(entry).event);
    applied = next;
    const stored = storing.then(() => store(event, entry, next));
    stored.catch(() => undefined);
    storing = stored;
    return { state: next, stored };
  };
  return {
    state: fold.state,
    times: fold.times,
    restored,
    resultsInLog: snapshot?.results ?? 0,
    jobsInLog,
    write,
    async append(event) {
      const { state, stored } = write(event);
      await stored;
      return state;
    },
    async answers(wanted) {
      const isStored = ({ round }: ExecutionPlace): boolean => fold.state()?.rounds[round - 1]?.completed === true;
      if (!wanted.every(isStored)) await storing;
      return await readAnswers(bus, runId, fold.state() ?? { rounds: [] }, fold.answers, wanted);
    },
  };
}

/** Reads what a snapshot has saved reading, so that the log can be restored from this process if the store loses it. */
async function completeCopy({ log }: Bus, runId: string, remembered: LogCopy, signal: AbortSignal): Promise<void> {
  const { skipped } = remembered;
  const older = createLogCopy();
  for await (const { entry } of log.read(runId, { after: 0, follow: false }, signal)) {
    older.push(entry);
    if (older.length === skipped) break;
  }
  signal.throwIfAborted();
  // Where it is no longer the same log, the next one to open it reads it all.
  if (remembered.skipped === skipped) remembered.complete(older);
}

/** What the log adds up to now; undefined while it is empty. */
export async function readRunView(bus: Bus, runId: string, signal: AbortSignal): Promise<RunView | undefined> {
  const fold = foldLog(await readSnapshot(bus, runId));
  for await (const entry of bus.log.read(runId, { after: fold.sequence(), follow: false }, signal)) fold.add(entry);
  signal.throwIfAborted();
  const state = fold.state();
  return state && { state, times: fold.times };
}

/** Ends a run that cannot continue because of a defect, so that people see why. */
export async function failRun(
  bus: Bus,
  runId: string,
  message: string,
  settings: RunLogSettings,
  signal: AbortSignal,
): Promise<RunState> {
  const log = await openRunLog(bus, runId, settings, signal);
  const state = log.state();
  if (state && isOver(state)) return state;
  return await log.append({ kind: 'run-failed', failure: { kind: 'internal', message } });
}
