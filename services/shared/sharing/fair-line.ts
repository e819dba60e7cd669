import { fillShares } from './fill-shares.ts';
import type { Party } from './standing.ts';

/** How a try to begin ended: nobody who goes to the same counter can begin now, or nobody of the same run. */
export type Tried = 'begun' | 'full' | 'held';

/** What those in a line queue at. */
export interface Counter {
  /** Some of those who waited here have begun. */
  served(): void;
}

/** Those of many runs who wait to begin, each at one counter, in the order in which they may. */
export interface FairLine {
  /**
   * @param counter what they queue at: where it is full for one, it is full for all
   * @param tryNow begins it if there is room
   * @returns what takes it out of the line again, begun or not
   */
  join(party: Party, counter: Counter, tryNow: () => Tried): () => void;
  /** Lets those begin for whom there is room, each in its turn. */
  serve(): void;
}

/** One run. */
interface Flow {
  readonly party: Party;
  readonly counters: Map<Counter, Set<() => Tried>>;
  /** Its turn, in virtual time: calls begun, each divided by the weight. */
  tag: number;
  priority: number;
}

/** What a run that had nothing to begin may have saved up, in calls. */
const credit = 1;
/** Runs without anyone in the line are remembered while they are fewer. */
const remembered = 64;
const anyAmount = 1e9;

/**
 * Start-time fair queueing (Goyal, Vin and Cheng, 1996), by calls: among runs of the highest priority that wait, the one goes
 * first that has begun the fewest calls for its weight. Two that always wait differ by at most one call of each for its weight.
 * Who comes, or comes back, begins at the turn of those who are there: what it did not use was others', and is not owed to it.
 * @param partOf the part of a run's share that is to be had here, in (0, 1]; elsewhere others serve it. Default: all
 */
export function createFairLine(partOf: (runId: string) => number = () => 1): FairLine {
  const flows = new Map<string, Flow>();
  /** The turn of the latest call of each priority. */
  const turns = new Map<number, number>();
  let serving = false;
  let again = false;

  const turnOf = (priority: number): number => turns.get(priority) ?? 0;
  const leastTag = (priority: number, weight: number): number => turnOf(priority) - credit / weight;
  const enter = (flow: Flow, weight: number): void => {
    const { priority } = flow.party.standing();
    flow.tag = flow.priority === priority ? Math.max(flow.tag, leastTag(priority, weight)) : turnOf(priority);
    flow.priority = priority;
  };
  const flowOf = (party: Party): Flow => {
    const known = flows.get(party.runId);
    if (known !== undefined) return known;
    const { priority } = party.standing();
    const flow = { party, counters: new Map(), priority, tag: turnOf(priority) };
    flows.set(party.runId, flow);
    return flow;
  };
  const waiting = (): Flow[] => [...flows.values()].filter(({ counters }) => counters.size > 0);

  /** As large as the parts of those who wait beside it let it be. */
  const weights = (all: readonly Flow[]): ReadonlyMap<Flow, number> => {
    const [only] = all;
    if (only !== undefined && all.length === 1) {
      const { weight, within } = only.party.standing();
      return new Map([[only, within.length === 0 ? weight : 1]]);
    }
    const standings = all.map((flow) => ({ flow, ...flow.party.standing() }));
    const hasGroups = standings.some(({ within }) => within.length > 0);
    const wanting = standings.map((each) => ({ ...each, key: each.flow.party.runId, wanted: anyAmount }));
    const ofLevels = Map.groupBy(wanting, ({ priority }) => priority);
    const shares = new Map(hasGroups ? [...ofLevels.values()].flatMap((level) => [...fillShares(level, 1)]) : []);
    return new Map(standings.map(({ flow, weight }) => [flow, shares.get(flow.party.runId) ?? weight]));
  };

  /** Who is kept back by a limit is owed no more than who was away. Those of one group keep their order. */
  const forgive = (those: readonly Flow[], weightOf: ReadonlyMap<Flow, number>): void => {
    const [last] = those.toSorted((one, other) => one.tag - other.tag);
    if (last === undefined) return;
    const missed = leastTag(last.priority, weightOf.get(last) ?? 1) - last.tag;
    if (missed > 0) for (const flow of those) flow.tag += missed;
  };

  const serveOnce = (served: Set<Counter>): void => {
    const pass: Pass = { full: new Set(), held: new Set(), served };
    for (;;) {
      const all = waiting();
      if (all.length === 0) return;
      const weightOf = weights(all);
      for (const flow of all) if (flow.priority !== flow.party.standing().priority) enter(flow, weightOf.get(flow) ?? 1);
      const order = all
        .filter((flow) => !pass.held.has(flow))
        .sort((one, other) => other.priority - one.priority || one.tag - other.tag);
      const began = order.find((flow) => beginsOne(flow, pass));
      if (began === undefined) return;
      const passedOver = [...pass.held, ...order.slice(0, order.indexOf(began))];
      turns.set(began.priority, Math.max(turnOf(began.priority), began.tag));
      began.tag += 1 / ((weightOf.get(began) ?? 1) * partOf(began.party.runId));
      if (passedOver.length === 0) continue;
      for (const those of Map.groupBy(passedOver, groupOf).values()) forgive(those, weightOf);
    }
  };
  const forget = (): void => {
    if (flows.size <= remembered) return;
    for (const [runId, flow] of flows) if (flow.counters.size === 0 && flow.tag <= turnOf(flow.priority)) flows.delete(runId);
  };

  return {
    join(party, counter, tryNow) {
      const flow = flowOf(party);
      if (flow.counters.size === 0) enter(flow, party.standing().weight);
      const line = flow.counters.get(counter) ?? new Set();
      flow.counters.set(counter, line.add(tryNow));
      return () => {
        line.delete(tryNow);
        if (line.size === 0 && flow.counters.get(counter) === line) flow.counters.delete(counter);
      };
    },
    serve() {
      again = true;
      // Who begins may find out that others can, too.
      if (serving) return;
      serving = true;
      const served = new Set<Counter>();
      try {
        while (again) {
          again = false;
          serveOnce(served);
        }
      } finally {
        serving = false;
      }
      forget();
      for (const counter of served) counter.served();
    },
  };
}

/** What one look at the line has found out. */
interface Pass {
  readonly full: Set<Counter>;
  readonly held: Set<Flow>;
  readonly served: Set<Counter>;
}

function beginsOne(flow: Flow, { full, held, served }: Pass): boolean {
  for (const [counter, line] of flow.counters) {
    const [first] = line;
    if (first === undefined || full.has(counter)) continue;
    const tried = first();
    if (tried === 'begun') {
      served.add(counter);
      return true;
    }
    if (tried === 'full') full.add(counter);
    else held.add(flow);
  }
  return false;
}

function groupOf({ party, priority }: Flow): string {
  const [outermost] = party.standing().within;
  return `${priority} ${outermost?.name ?? party.runId}`;
}
