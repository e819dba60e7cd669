import { decodeProtoEvent } from '../../shared/contracts/event-codec.ts';
import type { Progress, WatchRunResponse } from '../../shared/contracts/generated/scale/v1/control.ts';
import { spentToProto } from '../../shared/contracts/spending-codec.ts';
import type { WatchRequest } from '../../shared/control-client/control-client.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import { pause } from '../../shared/lifecycle/abort.ts';
import type { Coordinator } from '../coordinator.ts';
import { type LogSource, readDigested } from '../log/digested-log.ts';
import type { PresentStep } from '../rounds/step-tracker.ts';
import { waitingToProto } from '../waits/run-wait.ts';

type Step = Pick<PresentStep, 'round' | 'phase' | 'done' | 'total' | 'ahead'>;

const listenAgainMs = 5_000;
/** Steps advance with each result, of which there may be thousands a second: a watcher hears of them less often. */
const progressEveryMs = 500;
/** How often watchers are told what the calls have used. */
const spentEveryMs = 2_000;

export interface WatchSource extends LogSource {
  readonly coordinator: Coordinator;
}

const lastEvents: ReadonlySet<string | undefined> = new Set(['runCompleted', 'runCancelled', 'runFailed']);
const unknownStep: Step = { round: 0, phase: 'warm-up', done: 0, total: 0, ahead: [] };

/**
 * The log, and between its entries how far the current step has got and what holds its workers up. Ends after the entry that ends
 * the run. Of progress, only the newest is told, twice a second at most, and as fast as it is read; a trouble or a wait
 * that is new is told at once.
 */
export async function* watchRun(
  source: WatchSource,
  { runId, afterSequence, afterDigest = '', follow }: WatchRequest,
  signal: AbortSignal,
): AsyncGenerator<WatchRunResponse> {
  const ended = new AbortController();
  const reading = AbortSignal.any([signal, ended.signal]);
  const aside = follow ? openAside(source, runId, reading) : undefined;
  const place = { sequence: afterSequence, digest: afterDigest };
  const entries = readDigested(source, { runId, place, follow }, reading);
  const readNext = (): ReturnType<typeof entries.next> => {
    const coming = entries.next();
    // It may fail while a slow watcher still has the update before it: it is looked at after that, and unhandled until then.
    coming.catch(() => undefined);
    return coming;
  };
  let next = readNext();
  try {
    while (!signal.aborted) {
      const update = aside?.take();
      if (update) {
        yield { update };
        continue;
      }
      const winner = await Promise.race([next, ...(aside ? [aside.changed()] : [])]);
      if (winner === 'changed') continue;
      if (winner.done) return;
      if (winner.value === 'restarted') {
        yield { update: { $case: 'restarted', value: {} } };
        next = readNext();
        continue;
      }
      const { sequence, timeMs, entry, digest } = winner.value;
      const event = decodeProtoEvent(entry);
      yield { update: { $case: 'event', value: { sequence, timeMs, event, digest } } };
      if (follow && lastEvents.has(event.body?.$case)) return;
      next = readNext();
    }
  } finally {
    ended.abort();
    await aside?.closed;
    await next.catch(() => undefined);
    await entries.return(undefined);
  }
}

interface Aside {
  /** Each notice once, then the newest progress, once. */
  take(): WatchRunResponse['update'];
  changed(): Promise<'changed'>;
  readonly closed: Promise<void>;
}

function openAside({ bus, coordinator, timing }: WatchSource, runId: string, signal: AbortSignal): Aside {
  let progress = unknownStep;
  let waiting: Progress['waiting'];
  let trouble = '';
  let spent: Progress['spent'];
  let fresh = false;
  let noticed = 0;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  let cancelDue: (() => void) | undefined;
  let wake: () => void = () => undefined;
  const dueInMs = (): number => toldAtMs + progressEveryMs - timing.monotonicMs();
  const spentSoFar = () => coordinator.spent({ runId, spent: undefined }, coordinator.state(runId), signal);
  const change = (isUrgent: boolean): void => {
    fresh = true;
    if (isUrgent) toldAtMs = Number.NEGATIVE_INFINITY;
    const waitMs = dueInMs();
    if (waitMs <= 0) wake();
    else
      cancelDue ??= timing.after(waitMs, () => {
        cancelDue = undefined;
        wake();
      });
  };
  const stopProgress = coordinator.onProgress(runId, (told, wait) => {
    const step = told ?? unknownStep;
    // Progress was made, so whatever held it up is over.
    if (step !== progress) trouble = '';
    progress = step;
    const isAnother = waiting?.kind !== wait?.kind;
    waiting = wait && waitingToProto(wait, timing.wallMs());
    change(isAnother);
  });
  const say = (message: string): void => {
    const isNew = message !== trouble;
    trouble = message;
    change(isNew);
  };
  const listen = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        for await (const told of bus.troubles.follow(runId, signal)) say(told.message);
      } catch (error) {
        // A user who may not listen to troubles still gets the log.
        say(coerceError(error).message);
      }
      await pause(timing, listenAgainMs, signal);
    }
  };
  // What calls have used changes with each call, and few people watch: it is read from time to time, for those who do.
  const count = async (): Promise<void> => {
    while (!signal.aborted) {
      await pause(timing, spentEveryMs, signal);
      // What could not be read now is read next time.
      const counted = signal.aborted ? undefined : await spentSoFar().catch(() => undefined);
      if (counted === undefined) continue;
      spent = spentToProto(counted);
      change(false);
    }
  };
  const closed = Promise.all([listen(), count()])
    .finally(() => {
      stopProgress();
      cancelDue?.();
    })
    .then(() => undefined);
  return {
    take() {
      const notice = coordinator.notices(runId)[noticed];
      if (notice !== undefined) {
        noticed += 1;
        return { $case: 'notice', value: { message: notice } };
      }
      if (!fresh || dueInMs() > 0) return undefined;
      fresh = false;
      toldAtMs = timing.monotonicMs();
      const { round, phase, done, total } = progress;
      const ahead = [...progress.ahead];
      return { $case: 'progress', value: { round, phase, done, total, ahead, tokens: 0, trouble, waiting, spent } };
    },
    changed: () =>
      new Promise((resolve) => {
        wake = () => resolve('changed');
        if ((fresh && dueInMs() <= 0) || coordinator.notices(runId).length > noticed) wake();
      }),
    closed,
  };
}
