import { fillShares } from '../sharing/fill-shares.ts';
import { type Standing, usualStanding } from '../sharing/standing.ts';

/** One queue that a worker pulls from, and its share of the worker's slots. */
interface LaneUse {
  readonly lane: string;
  /** It asks for slots. A closed one only keeps those of its unfinished jobs. */
  isOpen: boolean;
  inFlight: number;
  /** Jobs that wait without a slot. */
  aside: number;
  /** Jobs in flight that do nothing but wait for a place at an endpoint. */
  asleep: number;
  /** Slots reserved for a pull in flight. */
  reserved: number;
  /** Its last pull brought less than it asked for. */
  idle: boolean;
  /** It found no free slot, and waits for one. */
  waiting: boolean;
  /** When it was last given a slot, in turns; 0 for never. */
  turn: number;
  /** What it has had too little of, in slots for a second. */
  owed: number;
}

/**
 * Shares a worker's slots among its lanes: those with a backlog get parts as their runs' weights are, and those of a higher
 * priority first, so that a small run behind a large one gets its share; idle ones keep one slot each for the pull that waits.
 * With more lanes than slots they take turns: otherwise a lane that has just asked without success would ask again before those
 * that it woke, and they would never get a turn. Never gives out more slots than there are, but for this: a job that waits for a
 * place at an endpoint does nothing, so a lane that has nothing waiting there may have its slot too.
 */
export interface Slots {
  open(lane: string): void;
  close(lane: string): void;
  /** How many jobs the lane may ask for now; 0: wait for a change. Reserves them until `pulled`. */
  reserve(lane: string): number;
  /** A job has come for one of the slots that are reserved. */
  began(lane: string): void;
  /** @param reserved slots that no job has come for before @param received jobs that have come for these */
  pulled(lane: string, reserved: number, received: number): void;
  /** A job of the lane has ended. */
  ended(lane: string): void;
  /** A job of the lane waits without doing anything, and gives its slot to another; false if as many do as there are slots. */
  stepAside(lane: string): boolean;
  /** It goes on: at once, so that for a while there may be more jobs than slots. */
  comeBack(lane: string): void;
  /** A job of the lane waits for a place at an endpoint, until it calls what this returns. */
  sleep(lane: string): () => void;
  /** Who would get the next free slot; undefined if there is none, or nobody wants it. */
  next(): string | undefined;
  /** A lane waits for a slot that could have more than what is free: one of a job that sleeps. */
  hasHungry(): boolean;
  inFlight(): number;
}

export interface SlotsSettings {
  readonly total: number;
  readonly nowMs: () => number;
  /** Of a lane's run. */
  readonly standingOf: (lane: string) => Standing;
}

/** Most that a lane is owed, or owes: what it did not use is not kept for it. */
const mostOwed = 2;
const anyNumber = 1e9;
const tiny = 1e-9;
/** Jobs in all, for each slot, of which no more than the slots do anything; one of each lane may come on top. */
const mostInAll = 4;

/** @param given the number of slots alone: lanes have equal parts */
export function createSlots(given: number | SlotsSettings): Slots {
  const { total, nowMs, standingOf } =
    typeof given === 'number' ? { total: given, nowMs: () => 0, standingOf: () => usualStanding } : given;
  const lanes = new Map<string, LaneUse>();
  let turns = 0;
  let countedMs = nowMs();
  const useOf = (lane: string): LaneUse => {
    const use = lanes.get(lane) ?? {
      ...{ lane, isOpen: true, inFlight: 0, reserved: 0, idle: true, waiting: false, turn: 0, aside: 0, asleep: 0, owed: 0 },
    };
    lanes.set(lane, use);
    return use;
  };
  const forgetIfOver = (lane: string): void => {
    const use = lanes.get(lane);
    if (use && !use.isOpen && use.inFlight + use.aside === 0) lanes.delete(lane);
  };
  const sum = (of: (use: LaneUse) => number): number => [...lanes.values()].reduce((total, use) => total + of(use), 0);
  const busy = (): LaneUse[] => [...lanes.values()].filter(({ isOpen, idle }) => isOpen && !idle);
  /** As fractions of slots. */
  const sharesOf = (those: readonly LaneUse[]): ReadonlyMap<string, number> => {
    const [only] = those;
    // Looked at with each job that comes or ends.
    if (only !== undefined && those.length === 1) return new Map([[only.lane, total]]);
    return fillShares(
      those.map(({ lane }) => ({ ...standingOf(lane), key: lane, wanted: anyNumber })),
      total,
    );
  };
  /** Parts of a slot add up over time. */
  const count = (): void => {
    const seconds = (nowMs() - countedMs) / 1_000;
    if (seconds <= 0) return;
    countedMs += 1_000 * seconds;
    const those = busy();
    const shares = sharesOf(those);
    for (const use of lanes.values()) if (use.idle) use.owed = 0;
    for (const use of those) {
      const owed = use.owed + ((shares.get(use.lane) ?? 0) - use.inFlight) * seconds;
      use.owed = Math.max(-mostOwed, Math.min(mostOwed, owed));
    }
  };
  /** More slots would only make more jobs wait at the endpoint. */
  const isSated = ({ asleep, inFlight }: LaneUse): boolean => asleep >= wanted(inFlight - asleep);
  /** How many jobs are to wait behind those that do something: more than end before others have been pulled. */
  const wanted = (active: number): number => 1 + Math.ceil(active / 2);

  const free = (): number => Math.max(0, total - sum(({ inFlight, reserved }) => inFlight + reserved));
  /**
   * Who gets the free slots, one after another: of the lanes with a backlog, who has least of its share; and who only wants to
   * look gets one in its turn. It does not depend on who asks, so that no two leave a slot to each other.
   */
  const order = (asker?: LaneUse): LaneUse[] => {
    const isAsking = (each: LaneUse): boolean => each.isOpen && each.reserved === 0 && (each.waiting || each === asker);
    const looking = [...lanes.values()].filter((each) => each.idle && isAsking(each)).sort((one, other) => one.turn - other.turn);
    const shares = sharesOf(busy());
    const lacking = busy().flatMap((use) =>
      use.reserved > 0
        ? []
        : [
            {
              use,
              sated: isSated(use),
              priority: standingOf(use.lane).priority,
              lacks: (shares.get(use.lane) ?? 0) + use.owed - use.inFlight,
            },
          ],
    );
    const given: LaneUse[] = [];
    for (let left = free(); left > 0; left -= 1) {
      const [most] = lacking.sort(
        (one, other) =>
          Number(one.sated) - Number(other.sated) ||
          other.priority - one.priority ||
          other.lacks - one.lacks ||
          one.use.turn - other.use.turn,
      );
      const [oldest] = looking;
      if (oldest !== undefined && (most === undefined || oldest.turn < most.use.turn)) {
        given.push(oldest);
        looking.shift();
      } else if (most !== undefined) {
        given.push(most.use);
        most.lacks -= 1;
      } else break;
    }
    return given;
  };

  /**
   * How many it may have of the slots of jobs that sleep: so that some of its own wait at the endpoint, too. Its share it has
   * however many jobs are here already: earlier lanes must not keep a later one, or a more urgent one, from its first.
   */
  const ofSleepers = (use: LaneUse): number => {
    const held = sum(({ inFlight, reserved }) => inFlight + reserved);
    const lacking = use.idle ? 1 : wanted(use.inFlight - use.asleep) - use.asleep;
    const shares = sharesOf([...busy().filter((each) => each !== use), use]);
    const share = Math.max(1, Math.ceil((shares.get(use.lane) ?? 0) - tiny)) - use.inFlight;
    const inAll = Math.max(2 * total - held, Math.min(share, Math.max(mostInAll * total - held, 1 - use.inFlight)));
    return Math.max(0, Math.min(total - held + sum(({ asleep }) => asleep), lacking, inAll));
  };

  return {
    open: (lane) => {
      useOf(lane).isOpen = true;
    },
    close: (lane) => {
      count();
      Object.assign(useOf(lane), { isOpen: false, idle: true, waiting: false });
      forgetIfOver(lane);
    },
    reserve(lane) {
      count();
      const use = useOf(lane);
      const own = order(use).filter((each) => each === use).length;
      const reserved = own > 0 || free() > 0 ? own : ofSleepers(use);
      use.waiting = reserved === 0;
      if (reserved > 0) {
        turns += 1;
        use.turn = turns;
      }
      use.reserved = reserved;
      return reserved;
    },
    began(lane) {
      count();
      const use = useOf(lane);
      use.reserved -= 1;
      use.inFlight += 1;
    },
    pulled(lane, reserved, received) {
      count();
      const use = useOf(lane);
      use.reserved -= reserved;
      use.inFlight += received;
      use.idle = received < reserved;
    },
    ended(lane) {
      count();
      useOf(lane).inFlight -= 1;
      forgetIfOver(lane);
    },
    stepAside(lane) {
      if (sum(({ aside }) => aside) >= total) return false;
      count();
      const use = useOf(lane);
      use.inFlight -= 1;
      use.aside += 1;
      return true;
    },
    comeBack(lane) {
      count();
      const use = useOf(lane);
      use.inFlight += 1;
      use.aside -= 1;
    },
    sleep(lane) {
      const use = useOf(lane);
      use.asleep += 1;
      let isAsleep = true;
      return () => {
        if (isAsleep) use.asleep -= 1;
        isAsleep = false;
      };
    },
    next: () => order()[0]?.lane,
    hasHungry: () => [...lanes.values()].some((use) => use.waiting && !isSated(use)),
    inFlight: () => sum(({ inFlight }) => inFlight),
  };
}
