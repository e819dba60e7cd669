import type { RunDemand } from '../../contracts/generated/scale/v1/slots.ts';
import type { Timing } from '../../lifecycle/timing.ts';
import type { Party } from '../../sharing/standing.ts';
import { createRecentPeak, type RecentPeak } from './recent-peak.ts';

/** How many slots of an endpoint this process wants: its calls in flight and those that wait, of all and by run. */
export interface SlotDemand {
  /** Calls. */
  now(): number;
  readonly isAnyWaiting: boolean;
  /** Up to here a demand is told as it is. */
  readonly firstStep: number;
  began(party: Party): void;
  ended(party: Party): void;
  /** How many calls of a caller wait, and how many of them are whose. */
  waiting(caller: object, calls: number, of: ReadonlyMap<Party, number>): void;
  /** As it is to be told, at most the limit. */
  noted(): number;
  notedByRun(): RunDemand[];
  /** Whether a run has calls of which the others know nothing yet, or fewer. */
  isMoreThan(told: readonly RunDemand[]): boolean;
}

/**
 * Demand is told in steps of this part of the limit, and as the most of this time, so that small changes cost nothing. Below the
 * first step it is told as it is: a predictor that asks for one call must not hold the slots of seven, nor hold its own for long
 * when its call has ended.
 */
const demandSteps = 8;
const demandMs = 250;

/** @param here calls in flight, and those that stand in the lease's own line */
export function createSlotDemand(limit: number, here: () => number, timing: Timing): SlotDemand {
  const inFlightOf = new Map<Party, number>();
  const waitingOf = new Map<object, { readonly calls: number; readonly of: ReadonlyMap<Party, number> }>();
  const peak = createRecentPeak(timing, demandMs);
  const peaks = new Map<string, { readonly party: Party; readonly peak: RecentPeak }>();
  const firstStep = Math.ceil(limit / demandSteps);
  const inSteps = (most: number): number => (most <= firstStep ? most : Math.min(limit, firstStep * Math.ceil(most / firstStep)));
  const now = (): number => here() + [...waitingOf.values()].reduce((sum, { calls }) => sum + calls, 0);
  const byRun = (): Map<string, number> => {
    const found = new Map<string, number>();
    const add = (party: Party, calls: number): void => {
      found.set(party.runId, (found.get(party.runId) ?? 0) + calls);
      if (!peaks.has(party.runId)) peaks.set(party.runId, { party, peak: createRecentPeak(timing, demandMs) });
    };
    for (const [party, calls] of inFlightOf) add(party, calls);
    for (const { of } of waitingOf.values()) for (const [party, calls] of of) add(party, calls);
    return found;
  };
  // Whoever opens a lease is about to call: the first slots are there when the first call is.
  peak.note(1);

  return {
    now,
    firstStep,
    get isAnyWaiting() {
      return waitingOf.size > 0;
    },
    began: (party) => void inFlightOf.set(party, (inFlightOf.get(party) ?? 0) + 1),
    ended: (party) => {
      const others = (inFlightOf.get(party) ?? 0) - 1;
      if (others > 0) inFlightOf.set(party, others);
      else inFlightOf.delete(party);
    },
    waiting: (caller, calls, of) => {
      if (calls === 0) waitingOf.delete(caller);
      else waitingOf.set(caller, { calls, of });
    },
    noted: () => inSteps(peak.note(now())),
    notedByRun: () => {
      const wantedNow = byRun();
      return [...peaks].flatMap(([runId, known]) => {
        const wanted = inSteps(known.peak.note(wantedNow.get(runId) ?? 0));
        if (wanted === 0) peaks.delete(runId);
        const { weight, priority, within } = known.party.standing();
        return wanted === 0 ? [] : [{ runId, wanted, weight, priority, within: within.map((group) => ({ ...group })) }];
      });
    },
    isMoreThan: (told) => {
      for (const [runId, wanted] of byRun()) {
        if (Math.min(limit, wanted) > (told.find((run) => run.runId === runId)?.wanted ?? 0)) return true;
      }
      return false;
    },
  };
}
