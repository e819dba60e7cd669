import { randomBytes } from 'node:crypto';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Change } from '../api/change.ts';
import type { RunRow } from '../api/run-row.ts';
import type { SweepRow } from '../api/sweep-answers.ts';
import type { ClusterRows, RowsChange } from './cluster-rows.ts';
import type { RunChange, RunFolds } from './run-folds.ts';

/** Where a page's changes go. */
export interface ChangeSink {
  change(change: Change, id: string): void;
  /** The page has missed some, and must read everything anew. */
  reset(id: string): void;
}

export interface Changes {
  /** @param after the id of the last change that the page has had; undefined for a page that has just read everything */
  subscribe(of: { readonly run?: string | undefined }, after: string | undefined, sink: ChangeSink): Disposable;
  readonly pages: number;
  close(): void;
}

/** No more than two changes a second for a page. */
const togetherMs = 500;
/** For pages whose connection was lost for a while. */
const mostKept = 200;

/** What changes in the cluster, for all pages: rows are looked at once for all of them, and each run is watched once. */
export function createChanges(rows: ClusterRows, folds: RunFolds, timing: Timing): Changes {
  // Ids of another process are none of this one's.
  const boot = randomBytes(6).toString('hex');
  const kept: { readonly number: number; readonly change: RowsChange }[] = [];
  const pages = new Set<{ rowsChanged(change: RowsChange): void; close(): void }>();
  let number = 0;
  let watching: Disposable | undefined;
  const idNow = (): string => `${boot}-${number}`;

  const rowsChanged = (change: RowsChange): void => {
    number += 1;
    kept.push({ number, change });
    if (kept.length > mostKept) kept.shift();
    for (const page of pages) page.rowsChanged(change);
  };

  /** Undefined: they are no longer known. */
  const since = (after: string): RowsChange[] | undefined => {
    const [from, seen] = [after.slice(0, after.lastIndexOf('-')), Number(after.slice(after.lastIndexOf('-') + 1))];
    if (from !== boot || !(seen <= number) || watching === undefined) return undefined;
    if (seen < number && (kept[0]?.number ?? Number.POSITIVE_INFINITY) > seen + 1) return undefined;
    return kept.filter((each) => each.number > seen).map(({ change }) => change);
  };

  return {
    get pages() {
      return pages.size;
    },
    subscribe({ run: runId }, after, sink) {
      let waiting: RowsChange[] = [];
      let run: Change['run'];
      let heard: Pick<RunChange, 'revision' | 'step'> | undefined;
      let sentAtMs = Number.NEGATIVE_INFINITY;
      let cancel: (() => void) | undefined;
      const flush = (): void => {
        cancel = undefined;
        sentAtMs = timing.monotonicMs();
        const change = { ...mergedRows(waiting), ...(run && { run }) };
        waiting = [];
        run = undefined;
        sink.change(change, idNow());
      };
      const soon = (): void => {
        cancel ??= timing.after(Math.max(0, sentAtMs + togetherMs - timing.monotonicMs()), flush);
      };
      const missed = after === undefined ? [] : since(after);
      if (missed === undefined) sink.reset(idNow());
      else if (missed.length > 0) waiting.push(...missed);
      const page = {
        rowsChanged(change: RowsChange) {
          waiting.push(change);
          soon();
        },
        close: () => cancel?.(),
      };
      pages.add(page);
      watching ??= rows.watch(rowsChanged);
      // What it has heard before may be wrong by now, or of another process.
      if (rows.trouble !== undefined) waiting.push({ trouble: rows.trouble });
      const watched =
        runId === undefined
          ? undefined
          : folds.watch(runId, ({ revision, step, notice }: RunChange) => {
              if (notice === undefined && heard?.revision === revision && heard.step === step) return;
              heard = { revision, ...(step && { step }) };
              const notices = notice === undefined ? run?.notices : [...(run?.notices ?? []), notice].slice(-mostNotices);
              run = { runId, revision, ...(step && { step }), ...(notices && { notices }) };
              soon();
            });
      if (waiting.length > 0) soon();
      return {
        [Symbol.dispose]: () => {
          page.close();
          pages.delete(page);
          watched?.[Symbol.dispose]();
          if (pages.size > 0) return;
          watching?.[Symbol.dispose]();
          watching = undefined;
          kept.length = 0;
        },
      };
    },
    close() {
      for (const page of pages) page.close();
      watching?.[Symbol.dispose]();
    },
  };
}

const mostNotices = 20;

/** The newest of each row. */
function mergedRows(changes: readonly RowsChange[]): RowsChange {
  const runs = new Map<string, RunRow>();
  const sweeps = new Map<string, SweepRow>();
  const removed = new Set<string>();
  let trouble: string | undefined;
  for (const change of changes) {
    for (const row of change.runs ?? []) {
      runs.set(row.runId, row);
      removed.delete(row.runId);
    }
    for (const row of change.sweeps ?? []) sweeps.set(row.sweepId, row);
    for (const runId of change.removedRuns ?? []) {
      removed.add(runId);
      runs.delete(runId);
    }
    trouble = change.trouble ?? trouble;
  }
  return {
    ...(runs.size > 0 && { runs: [...runs.values()] }),
    ...(sweeps.size > 0 && { sweeps: [...sweeps.values()] }),
    ...(removed.size > 0 && { removedRuns: [...removed] }),
    ...(trouble !== undefined && { trouble }),
  };
}
