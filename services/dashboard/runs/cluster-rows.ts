import { coerceError } from '../../shared/errors/coerce-error.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { runRow } from '../answers/run-row.ts';
import { sweepRow } from '../answers/sweep-answers.ts';
import type { Change } from '../api/change.ts';
import type { RunRow } from '../api/run-row.ts';
import type { SweepRow } from '../api/sweep-answers.ts';
import type { ClusterLink } from '../cluster-link.ts';

export interface Rows {
  readonly runs: readonly RunRow[];
  readonly sweeps: readonly SweepRow[];
}

export type RowsChange = Pick<Change, 'runs' | 'sweeps' | 'removedRuns' | 'trouble'>;

export interface ClusterRows {
  /** What the coordinator lists; one question for all that ask within a moment. @throws ControlError, AnswerError */
  read(signal: AbortSignal): Promise<Rows>;
  /** Looks again and again while anybody listens, and tells what has changed. */
  watch(changed: (change: RowsChange) => void): Disposable;
  /** At once, as after an action. */
  lookNow(): void;
  /** Why the cluster does not answer; "" where it does, and undefined while nobody has looked. */
  readonly trouble: string | undefined;
  close(): Promise<void>;
}

const lookEveryMs = 2_000;
const freshMs = 500;
/** The longer a list takes to make, the more seldom it is asked for: no more than this share of the coordinator's time. */
const shareOfTime = 0.02;
const longestWaitMs = 30_000;

export function createClusterRows(link: ClusterLink, timing: Timing): ClusterRows {
  const listeners = new Set<(change: RowsChange) => void>();
  const closing = new AbortController();
  let asking: Promise<Rows> | undefined;
  let known: { readonly rows: Rows; readonly atMs: number; readonly era: number } | undefined;
  let told: { readonly runs: Map<string, string>; readonly sweeps: Map<string, string> } | undefined;
  let trouble: string | undefined;
  let costMs = 0;
  let watching: Promise<void> | undefined;
  let wake = (): void => undefined;

  const ask = async (): Promise<Rows> => {
    if (link.isEmpty) return { runs: [], sweeps: [] };
    const client = link.client();
    const { era } = link;
    const beganMs = timing.monotonicMs();
    const [{ runs }, { sweeps }] = await Promise.all([client.listRuns(closing.signal), client.listSweeps(closing.signal)]);
    costMs = timing.monotonicMs() - beganMs;
    const rows = { runs: runs.map((run) => runRow(run, link.kind)), sweeps: sweeps.map(sweepRow) };
    known = { rows, atMs: timing.monotonicMs(), era };
    return rows;
  };

  const read = (): Promise<Rows> => {
    if (known !== undefined && known.era === link.era && timing.monotonicMs() - known.atMs < freshMs) {
      return Promise.resolve(known.rows);
    }
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };

  const tell = (change: RowsChange): void => {
    if (Object.keys(change).length > 0) for (const listener of listeners) listener(change);
  };

  const look = async (): Promise<void> => {
    try {
      const { runs, sweeps } = await read();
      const now = { runs: textsOf(runs, 'runId'), sweeps: textsOf(sweeps, 'sweepId') };
      const before = told;
      told = now;
      const recovered = trouble === '' ? {} : { trouble: '' };
      trouble = '';
      if (before === undefined) return tell(recovered);
      const changedRuns = runs.filter(({ runId }) => before.runs.get(runId) !== now.runs.get(runId));
      const changedSweeps = sweeps.filter(({ sweepId }) => before.sweeps.get(sweepId) !== now.sweeps.get(sweepId));
      const removedRuns = [...before.runs.keys()].filter((runId) => !now.runs.has(runId));
      tell({
        ...recovered,
        ...(changedRuns.length > 0 && { runs: changedRuns }),
        ...(changedSweeps.length > 0 && { sweeps: changedSweeps }),
        ...(removedRuns.length > 0 && { removedRuns }),
      });
    } catch (error) {
      if (closing.signal.aborted) return;
      const { message } = coerceError(error);
      if (message === trouble) return;
      trouble = message;
      tell({ trouble });
    }
  };

  const run = async (): Promise<void> => {
    trouble = undefined;
    // A page that listens has read what was known then.
    told = known && { runs: textsOf(known.rows.runs, 'runId'), sweeps: textsOf(known.rows.sweeps, 'sweepId') };
    while (!closing.signal.aborted && listeners.size > 0) {
      await look();
      const waitMs = !trouble ? Math.min(longestWaitMs, Math.max(lookEveryMs, costMs / shareOfTime)) : lookEveryMs;
      const woken = new AbortController();
      wake = () => woken.abort();
      await timing.sleep(waitMs, AbortSignal.any([closing.signal, woken.signal])).catch(() => undefined);
    }
  };

  return {
    get trouble() {
      return trouble;
    },
    read: () => read(),
    watch(changed) {
      listeners.add(changed);
      watching ??= run().finally(() => {
        watching = undefined;
      });
      return {
        [Symbol.dispose]: () => {
          listeners.delete(changed);
          if (listeners.size === 0) wake();
        },
      };
    },
    lookNow() {
      known = undefined;
      wake();
    },
    async close() {
      closing.abort();
      await watching;
    },
  };
}

function textsOf<Row extends RunRow | SweepRow>(rows: readonly Row[], id: keyof Row): Map<string, string> {
  return new Map(rows.map((row) => [String(row[id]), JSON.stringify(row)]));
}
