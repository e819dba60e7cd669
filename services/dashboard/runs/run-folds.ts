import type { Benchmark } from '../../domain/benchmark.ts';
import { defined } from '../../domain/defined.ts';
import type { RunEvent } from '../../domain/run/event.ts';
import type { BudgetTable } from '../../shared/contracts/generated/scale/v1/budgets.ts';
import type { GetRunResponse, Progress } from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { spentFromProto } from '../../shared/contracts/spending-codec.ts';
import { ControlError, isLasting } from '../../shared/control-client/control-error.ts';
import { watchReliably } from '../../shared/control-client/watch-reliably.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { readRun } from '../../shared/runs/read-run.ts';
import { readRunBenchmark } from '../../shared/runs/read-run-benchmark.ts';
import { createRunRecord, type RunRecord } from '../../shared/runs/run-record.ts';
import { notFound } from '../answer-error.ts';
import { runRow, waitingFor } from '../answers/run-row.ts';
import type { StepNow } from '../api/run-answer.ts';
import type { ClusterLink } from '../cluster-link.ts';
import type { FoldedRun } from './folded-run.ts';

export interface RunFolds {
  /** The run as it is now. Its log is read on from where it was read to. @throws ControlError, AnswerError */
  open(runId: string, signal: AbortSignal): Promise<FoldedRun>;
  /** Keeps a run current while anybody looks at it, with one watch for all of them. @param changed told of each change */
  watch(runId: string, changed: (change: RunChange) => void): Disposable;
  /** How long it took to make an answer of this run: pages are told of executions the more seldom, the longer it takes. */
  noteCost(runId: string, costMs: number): void;
  readonly size: number;
  close(): Promise<void>;
}

export interface RunChange {
  readonly revision: string;
  readonly step?: StepNow;
  readonly notice?: string;
}

export interface RunFoldsSettings {
  readonly link: ClusterLink;
  readonly timing: Timing;
  /** Most executions in the logs that are kept, one run apart. */
  readonly mostExecutions: number;
  /** A run stays watched this long after the last page has left it. */
  readonly lingerMs: number;
}

interface Fold {
  readonly runId: string;
  readonly era: number;
  readonly record: RunRecord;
  benchmark?: Benchmark;
  /** Of the run, since one that was deleted and begun anew has the same id. */
  createdAtMs?: number;
  executions: number;
  usedAt: number;
  reading?: Promise<void> | undefined;
  watch?: Watch | undefined;
  step?: StepNow | undefined;
  /** The log's last sequence that pages were told of. */
  published: number;
  publishedAtMs: number;
  costMs: number;
  /** Cancels what tells pages later of what they were not told of. */
  cancelLater?: (() => void) | undefined;
}

interface Watch {
  readonly listeners: Set<(change: RunChange) => void>;
  readonly ending: AbortController;
  readonly done: Promise<void>;
  cancelLinger?: () => void;
}

/** Answers of a live run are to take no more than this share of a processor. */
const shareOfTime = 0.01;
const publishEveryMs = 2_000;
const watchAgainMs = 2_000;
const raisedEveryMs = 5_000;
const patienceMs = 300_000;
/** What changes more than the number of executions. */
const isStructural = ({ kind }: RunEvent): boolean => kind !== 'executions-completed' && kind !== 'tokens-reserved';

const noTokens: readonly never[] = [];

/** The state has the tokens and other scores of each execution, in less room; a page needs the texts beside them. */
function withoutUse(event: RunEvent): RunEvent {
  if (event.kind !== 'executions-completed' && event.kind !== 'final-executions-completed') return event;
  const outcomes = event.outcomes.map(({ queryIndex, repeat, score, answer, failure, feedback }) => ({
    ...{ queryIndex, repeat, score, answer, tokens: noTokens },
    ...defined({ failure, feedback }),
  }));
  return { ...event, outcomes };
}

export function createRunFolds({ link, timing, mostExecutions, lingerMs }: RunFoldsSettings): RunFolds {
  const folds = new Map<string, Fold>();
  const closing = new AbortController();

  const foldOf = (runId: string): Fold => {
    const known = folds.get(runId);
    if (known !== undefined && known.era === link.era) return known;
    const { era } = link;
    const fold: Fold = {
      ...{ runId, era, record: createRunRecord(runId, withoutUse), executions: 0, usedAt: timing.monotonicMs() },
      ...{ published: 0, publishedAtMs: Number.NEGATIVE_INFINITY, costMs: 0 },
    };
    folds.set(runId, fold);
    if (known?.watch !== undefined) restart(known, fold);
    return fold;
  };

  const added = (fold: Fold, event: RunEvent): void => {
    if (event.kind === 'executions-completed' || event.kind === 'final-executions-completed') {
      fold.executions += event.outcomes.length;
    }
  };

  const publish = (fold: Fold): void => {
    fold.cancelLater?.();
    fold.cancelLater = undefined;
    fold.published = fold.record.lastSequence();
    fold.publishedAtMs = timing.monotonicMs();
  };

  const revisionOf = (fold: Fold): string => `${fold.createdAtMs ?? 0}-${fold.era}-${fold.published}`;

  const read = (fold: Fold): Promise<void> => {
    fold.reading ??= readRun({ client: link.client() }, fold.record, closing.signal, (event) => added(fold, event))
      .then(() => publish(fold))
      .finally(() => {
        fold.reading = undefined;
      });
    return fold.reading;
  };

  const evict = (): void => {
    const kept = [...folds.values()].sort((one, other) => other.usedAt - one.usedAt);
    let executions = 0;
    for (const [place, fold] of kept.entries()) {
      executions += Math.max(fold.executions, 100);
      const isTooMuch = place > 0 && executions > mostExecutions && fold.watch === undefined && fold.reading === undefined;
      if (isTooMuch) folds.delete(fold.runId);
    }
  };

  const forgetOther = (fold: Fold, { manifest }: GetRunResponse): Fold => {
    const createdAtMs = manifest?.createdAtMs;
    if (fold.createdAtMs !== undefined && createdAtMs !== undefined && fold.createdAtMs !== createdAtMs) {
      folds.delete(fold.runId);
      const fresh = foldOf(fold.runId);
      fresh.createdAtMs = createdAtMs;
      return fresh;
    }
    if (createdAtMs !== undefined) fold.createdAtMs = createdAtMs;
    return fold;
  };

  const tell = (fold: Fold, change: Omit<RunChange, 'revision'> = {}): void => {
    const step = fold.step === undefined ? {} : { step: fold.step };
    for (const listener of fold.watch?.listeners ?? []) listener({ revision: revisionOf(fold), ...step, ...change });
  };

  const follow = async (fold: Fold, signal: AbortSignal): Promise<void> => {
    const { record, runId } = fold;
    await read(fold);
    tell(fold);
    if (record.isOver()) return;
    const client = link.client();
    const place = { afterSequence: record.lastSequence(), afterDigest: record.lastDigest() };
    for await (const update of watchReliably(client, { runId, ...place, follow: true, patienceMs }, signal, timing)) {
      if (update.kind === 'restarted') {
        record.restart();
        fold.executions = 0;
      } else if (update.kind === 'progress') {
        fold.step = stepOf(update.progress);
        const { spent } = update.progress;
        if (spent !== undefined) record.noteSpent(spentFromProto(spent));
        if (fold.published !== record.lastSequence() && dueInMs(fold) <= 0) publish(fold);
        tell(fold);
      } else if (update.kind === 'notice') {
        tell(fold, { notice: update.message });
      } else if (update.kind === 'event') {
        const event = record.add(update.logged);
        added(fold, event);
        if (dueInMs(fold) <= 0) publish(fold);
        else if (isStructural(event)) publishSoon(fold, signal);
        tell(fold);
        if (record.isOver()) return await read(fold).then(() => tell(fold));
      }
    }
  };

  /** A run that a limit has ended goes on where that is raised: it is asked after for as long as anybody looks at it. */
  const untilRaised = async (fold: Fold, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted && fold.record.isOver() && fold.record.state().limit !== undefined) {
      await timing.sleep(raisedEveryMs, signal).catch(() => undefined);
      if (!signal.aborted) await read(fold);
    }
  };

  const dueInMs = ({ publishedAtMs, costMs }: Fold): number =>
    publishedAtMs + Math.max(publishEveryMs, costMs / shareOfTime) - timing.monotonicMs();

  /** As soon as it is due: a run with short rounds changes so all the time. */
  const publishSoon = (fold: Fold, signal: AbortSignal): void => {
    fold.cancelLater ??= timing.after(dueInMs(fold), () => {
      if (signal.aborted) return;
      publish(fold);
      tell(fold);
    });
  };

  const begin = (fold: Fold, listeners: Watch['listeners']): void => {
    const ending = new AbortController();
    const signal = AbortSignal.any([ending.signal, closing.signal]);
    // One that was given up still ends: two must not add to the same log.
    const before = fold.watch?.done;
    const run = async (): Promise<void> => {
      await before;
      while (!signal.aborted) {
        try {
          await follow(fold, signal);
          fold.step = undefined;
          await untilRaised(fold, signal);
          if (fold.record.isOver()) return;
        } catch (error) {
          if (signal.aborted) return;
          tell(fold, { notice: coerceError(error).message });
          // There is no such run, or it may not be looked at.
          if (error instanceof ControlError && isLasting(error)) return;
        }
        await timing.sleep(watchAgainMs, signal).catch(() => undefined);
      }
    };
    const done = run().finally(() => {
      if (fold.watch?.ending === ending) fold.watch = undefined;
    });
    fold.watch = { listeners, ending, done };
  };

  /** The cluster is another one: its watch takes the place of the one before. */
  const restart = (before: Fold, fold: Fold): void => {
    const listeners = before.watch?.listeners ?? new Set();
    before.watch?.ending.abort();
    before.watch?.cancelLinger?.();
    begin(fold, listeners);
  };

  const stopListening = link.onChange(() => {
    for (const [runId, fold] of [...folds]) {
      if (fold.watch === undefined) folds.delete(runId);
      else if (link.trouble === undefined) foldOf(runId);
    }
  });

  return {
    get size() {
      return folds.size;
    },
    async open(runId, signal) {
      const client = link.client();
      const found = await client.getRun(runId, signal);
      const { manifest, summary } = found;
      if (manifest === undefined || summary === undefined) throw notFound(`there is no run ${runId}`);
      const fold = forgetOther(foldOf(runId), found);
      fold.usedAt = timing.monotonicMs();
      // A log to which nothing is added any more need not be looked at again; one that is watched is current.
      const isKnown =
        fold.reading === undefined &&
        (fold.watch === undefined ? fold.record.isOver() && hasEnded(summary.status) : fold.published > 0);
      if (!isKnown) await read(fold);
      fold.benchmark ??= await readRunBenchmark({ client }, runId, signal);
      evict();
      const budgets: readonly BudgetTable[] = found.budgets;
      const { record, benchmark } = fold;
      return {
        ...{ runId, record, benchmark, manifest, budgets, step: fold.step },
        row: runRow(summary, link.kind),
        revision: revisionOf(fold),
      };
    },
    watch(runId, changed) {
      const fold = foldOf(runId);
      fold.usedAt = timing.monotonicMs();
      if (fold.watch === undefined || fold.watch.ending.signal.aborted) begin(fold, new Set());
      const { watch } = fold;
      watch?.cancelLinger?.();
      watch?.listeners.add(changed);
      if (fold.published > 0) changed({ revision: revisionOf(fold), ...(fold.step && { step: fold.step }) });
      return {
        [Symbol.dispose]: () => {
          watch?.listeners.delete(changed);
          if (watch === undefined || watch.listeners.size > 0) return;
          watch.cancelLinger = timing.after(lingerMs, () => {
            if (watch.listeners.size === 0) folds.get(runId)?.watch?.ending.abort();
          });
        },
      };
    },
    noteCost(runId, costMs) {
      const fold = folds.get(runId);
      if (fold !== undefined) fold.costMs = Math.max(costMs, fold.costMs / 2);
    },
    async close() {
      stopListening();
      closing.abort();
      for (const { cancelLater } of folds.values()) cancelLater?.();
      await Promise.allSettled([...folds.values()].map(({ watch }) => watch?.done));
    },
  };
}

function stepOf({ round, phase, done, total, ahead, trouble, waiting }: Progress): StepNow {
  return { round, phase, done, total, ahead, trouble, ...(waiting && { waiting: waitingFor(waiting) }) };
}
