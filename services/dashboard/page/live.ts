import type { Change } from '../api/change.ts';
import type { StepNow } from '../api/run-answer.ts';
import type { RunRow } from '../api/run-row.ts';
import type { SweepRow } from '../api/sweep-answers.ts';
import type { Connection, Source } from './source.ts';
import { type Store, storeOf } from './store.ts';

/** Of the run that is looked at. */
export interface LiveRun {
  readonly runId: string;
  readonly revision: string;
  readonly step?: StepNow;
}

/** What is heard of the cluster while the page is open. */
export interface Live {
  readonly connection: Store<Connection>;
  /** Why the cluster does not answer; "" where it does, and undefined until something is heard of it. */
  readonly trouble: Store<string | undefined>;
  /** Rows that are newer than those that were read. */
  readonly runs: Store<ReadonlyMap<string, RunRow>>;
  readonly removedRuns: Store<ReadonlySet<string>>;
  readonly sweeps: Store<ReadonlyMap<string, SweepRow>>;
  readonly run: Store<LiveRun | undefined>;
  /** Rises when something was missed, so that all is to be read anew. */
  readonly epoch: Store<number>;
  /** Rises when the stream was refused: nobody may be signed in any more. */
  readonly refusals: Store<number>;
  readonly notices: Store<readonly string[]>;
  /** The stream follows the run or the sweep that is looked at. */
  follow(of: { readonly run?: string; readonly sweep?: string }): void;
}

export function liveOf(source: Source): Live {
  const live = {
    connection: storeOf<Connection>('connecting'),
    trouble: storeOf<string | undefined>(undefined),
    runs: storeOf<ReadonlyMap<string, RunRow>>(new Map()),
    removedRuns: storeOf<ReadonlySet<string>>(new Set()),
    sweeps: storeOf<ReadonlyMap<string, SweepRow>>(new Map()),
    run: storeOf<LiveRun | undefined>(undefined),
    epoch: storeOf(0),
    refusals: storeOf(0),
    notices: storeOf<readonly string[]>([]),
  };
  let followed: string | undefined;
  let stop = () => undefined as unknown;
  const listener = {
    changed: (change: Change) => apply(live, change),
    missed: () => live.epoch.set(live.epoch.get() + 1),
    connection: live.connection.set,
    refused: () => {
      live.refusals.set(live.refusals.get() + 1);
      listener.missed();
    },
  };
  return {
    ...live,
    follow: (of) => {
      const wanted = JSON.stringify(of);
      if (wanted === followed) return;
      // What came between two streams is heard of by neither.
      if (followed !== undefined) listener.missed();
      followed = wanted;
      stop();
      live.run.set(undefined);
      stop = source.watch(of, listener);
    },
  };
}

function apply(live: Omit<Live, 'follow'>, { runs = [], sweeps = [], removedRuns = [], run, trouble }: Change): void {
  if (runs.length > 0) {
    live.runs.set(new Map([...live.runs.get(), ...runs.map((row) => [row.runId, row] as const)]));
    // One that was deleted may be begun anew, with the same id.
    const isBack = new Set(runs.map(({ runId }) => runId));
    live.removedRuns.set(new Set([...live.removedRuns.get()].filter((runId) => !isBack.has(runId))));
  }
  if (sweeps.length > 0) live.sweeps.set(new Map([...live.sweeps.get(), ...sweeps.map((row) => [row.sweepId, row] as const)]));
  if (removedRuns.length > 0) live.removedRuns.set(new Set([...live.removedRuns.get(), ...removedRuns]));
  if (trouble !== undefined) live.trouble.set(trouble);
  if (run === undefined) return;
  const { notices, ...about } = run;
  live.run.set(about);
  if (notices !== undefined && notices.length > 0) live.notices.set(notices);
}
