/** One queue that a worker pulls from, and its share of the worker's slots. */
interface LaneUse {
  /** It asks for slots. A closed one only keeps those of its unfinished jobs. */
  isOpen: boolean;
  inFlight: number;
  /** Jobs that wait without a slot. */
  aside: number;
  /** Slots reserved for a pull in flight. */
  reserved: number;
  /** Its last pull brought nothing. */
  idle: boolean;
  /** It found no free slot, and waits for one. */
  waiting: boolean;
  /** When it was last given a slot, in turns; 0 for never. */
  turn: number;
}

/**
 * Shares a worker's slots among its lanes: those with a backlog get equal parts, so that a small run behind a large one gets its
 * share; idle ones keep one slot each for the pull that waits. With more lanes than slots they take turns: otherwise a lane that
 * has just asked without success would ask again before those that it woke, and they would never get a turn. Never gives out more
 * slots than there are.
 */
export interface Slots {
  open(lane: string): void;
  close(lane: string): void;
  /** How many jobs the lane may ask for now; 0: wait for a change. Reserves them until `pulled`. */
  reserve(lane: string): number;
  pulled(lane: string, reserved: number, received: number): void;
  /** A job of the lane has ended. */
  ended(lane: string): void;
  /** A job of the lane waits without doing anything, and gives its slot to another; false if as many do as there are slots. */
  stepAside(lane: string): boolean;
  /** It goes on: at once, so that for a while there may be more jobs than slots. */
  comeBack(lane: string): void;
  inFlight(): number;
}

export function createSlots(total: number): Slots {
  const lanes = new Map<string, LaneUse>();
  let turns = 0;
  const useOf = (lane: string): LaneUse => {
    const use = lanes.get(lane) ?? { isOpen: true, inFlight: 0, reserved: 0, idle: true, waiting: false, turn: 0, aside: 0 };
    lanes.set(lane, use);
    return use;
  };
  const forgetIfOver = (lane: string): void => {
    const use = lanes.get(lane);
    if (use && !use.isOpen && use.inFlight + use.aside === 0) lanes.delete(lane);
  };
  const sum = (of: (use: LaneUse) => number): number => [...lanes.values()].reduce((total, use) => total + of(use), 0);

  return {
    open: (lane) => {
      useOf(lane).isOpen = true;
    },
    close: (lane) => {
      Object.assign(useOf(lane), { isOpen: false, idle: true, waiting: false });
      forgetIfOver(lane);
    },
    reserve(lane) {
      const use = useOf(lane);
      const free = total - sum(({ inFlight, reserved }) => inFlight + reserved);
      const busy = Math.max(
        1,
        sum(({ idle }) => (idle ? 0 : 1)),
      );
      const share = use.idle ? 1 : Math.ceil(total / busy) - use.inFlight;
      const ahead = sum((other) => (other !== use && other.waiting && other.turn < use.turn ? 1 : 0));
      const reserved = Math.max(0, Math.min(free - ahead, share));
      // A lane that already has its share waits for its own jobs, and holds no other up.
      use.waiting = reserved === 0 && share > 0;
      if (reserved > 0) {
        turns += 1;
        use.turn = turns;
      }
      use.reserved = reserved;
      return reserved;
    },
    pulled(lane, reserved, received) {
      const use = useOf(lane);
      use.reserved -= reserved;
      use.inFlight += received;
      use.idle = received === 0;
    },
    ended(lane) {
      useOf(lane).inFlight -= 1;
      forgetIfOver(lane);
    },
    stepAside(lane) {
      if (sum(({ aside }) => aside) >= total) return false;
      const use = useOf(lane);
      use.inFlight -= 1;
      use.aside += 1;
      return true;
    },
    comeBack(lane) {
      const use = useOf(lane);
      use.inFlight += 1;
      use.aside -= 1;
    },
    inFlight: () => sum(({ inFlight }) => inFlight),
  };
}
