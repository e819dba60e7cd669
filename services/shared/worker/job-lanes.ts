import { createWakeup, type Wakeup } from '../lifecycle/wakeup.ts';
import type { JobKind } from '../messaging/bus.ts';
import { type Standing, usualStanding } from '../sharing/standing.ts';
import { createSlots } from './slots.ts';

/** The queue of a run's jobs of one kind. */
export interface Lane {
  readonly runId: string;
  readonly kind: JobKind;
}

/** A worker's pulls: as many jobs as it has free slots, from each lane in a loop of its own. */
export interface JobLanes {
  /** Opens lanes that are wanted and not open, and lets those that wait look again. To be called when `wanted` has changed. */
  refresh(): void;
  /** One of the lane's jobs has ended, and its slot is free. */
  ended(lane: Lane): void;
  /** One of the lane's jobs waits, and lets another have its slot until it calls what this returns. */
  stepAside(lane: Lane): () => void;
  /** One of the lane's jobs only waits for a place at an endpoint, until it calls what this returns. */
  sleep(lane: Lane): () => void;
  /** Resolves once the signal has aborted and no pull is in flight. */
  stopped(): Promise<void>;
}

export interface JobLanesSettings {
  /** Most jobs in flight, over all lanes. */
  readonly slots: number;
  /** Of a clock that only goes on. Default: one that stands still. */
  nowMs?(): number;
  /** What a run has beside others now. Default: all have the same. */
  standingOf?(runId: string): Standing;
  /** Lanes to pull from now. */
  wanted(): readonly Lane[];
  /** Begins up to `max` jobs, says so of each, and resolves after `waitMs` at the latest. */
  pull(lane: Lane, limits: { readonly max: number; readonly waitMs: number; began(): void }): Promise<void>;
  /** A pull has failed; resolves when the lane may try again. */
  failed(lane: Lane, error: unknown): Promise<void>;
}

const pullWaitMs = 2000;
/** With fewer slots than lanes, a lane that waits keeps another from asking. */
const crowdedPullWaitMs = 100;

/** @param signal ends all pulls */
export function createJobLanes(settings: JobLanesSettings, signal: AbortSignal): JobLanes {
  const { nowMs = () => 0, standingOf = () => usualStanding } = settings;
  const lanes = new Map<string, { readonly lane: Lane; readonly wakeup: Wakeup; readonly loop: Promise<void> }>();

  const slots = createSlots({
    total: settings.slots,
    nowMs,
    standingOf: (laneId) => {
      const lane = lanes.get(laneId)?.lane;
      if (lane === undefined) return usualStanding;
      const standing = standingOf(lane.runId);
      // A run's lanes share what the run has.
      return { ...standing, weight: 1, within: [...standing.within, { name: `run ${lane.runId}`, weight: standing.weight }] };
    },
  });

  const isWanted = ({ runId, kind }: Lane): boolean =>
    settings.wanted().some((lane) => lane.runId === runId && lane.kind === kind);
  const wakeAll = (): void => {
    for (const { wakeup } of lanes.values()) wakeup.wake();
  };

  const wakeHungry = (): void => {
    if (slots.hasHungry()) wakeAll();
  };

  const pullOnce = async (lane: Lane, wakeup: Wakeup): Promise<void> => {
    const laneId = idOf(lane);
    const max = slots.reserve(laneId);
    if (max === 0) {
      // Shares change with time: who was second a moment ago may be first now, and waits.
      const first = slots.next();
      if (first !== undefined && first !== laneId) lanes.get(first)?.wakeup.wake();
      return await wakeup.wait();
    }
    let left = max;
    const began = (): void => {
      left -= 1;
      slots.began(laneId);
    };
    try {
      await settings.pull(lane, { max, waitMs: lanes.size > settings.slots ? crowdedPullWaitMs : pullWaitMs, began });
    } finally {
      slots.pulled(laneId, left, 0);
      if (left > 0) wakeAll();
    }
  };
  const laneLoop = async (lane: Lane, wakeup: Wakeup): Promise<void> => {
    while (!signal.aborted && isWanted(lane)) {
      try {
        await pullOnce(lane, wakeup);
      } catch (error) {
        if (!signal.aborted) await settings.failed(lane, error);
      }
    }
  };
  const open = (lane: Lane): void => {
    const laneId = idOf(lane);
    if (lanes.has(laneId) || signal.aborted) return;
    const wakeup = createWakeup(signal);
    slots.open(laneId);
    const loop = laneLoop(lane, wakeup).finally(() => {
      wakeup[Symbol.dispose]();
      lanes.delete(laneId);
      slots.close(laneId);
      // It may be wanted again by now: its run was paused and has been resumed.
      refresh();
    });
    lanes.set(laneId, { lane, wakeup, loop });
  };
  const refresh = (): void => {
    for (const lane of settings.wanted()) open(lane);
    wakeAll();
  };

  return {
    refresh,
    ended: (lane) => {
      slots.ended(idOf(lane));
      wakeAll();
    },
    stepAside: (lane) => {
      const laneId = idOf(lane);
      if (!slots.stepAside(laneId)) return () => {};
      wakeAll();
      return () => slots.comeBack(laneId);
    },
    sleep: (lane) => {
      const wake = slots.sleep(idOf(lane));
      wakeHungry();
      return () => {
        wake();
        wakeHungry();
      };
    },
    stopped: async () => void (await Promise.all([...lanes.values()].map(({ loop }) => loop))),
  };
}

function idOf({ runId, kind }: Lane): string {
  return `${runId}/${kind}`;
}
