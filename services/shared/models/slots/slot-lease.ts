import { ScaleError } from '../../../domain/errors/scale-error.ts';
import type { RunDemand, SlotHolder, SlotTable } from '../../contracts/generated/scale/v1/slots.ts';
import { coerceError } from '../../errors/coerce-error.ts';
import { every, type Timing } from '../../lifecycle/timing.ts';
import type { SlotTableStore } from '../../messaging/table-store.ts';
import type { Party } from '../../sharing/standing.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { CallRate } from './call-rate.ts';
import { type ClockReading, msSince, readClocks } from './clock-reading.ts';
import { createLastSlot } from './last-slot.ts';
import { createSlotDemand } from './slot-demand.ts';
import { claimSlots, runShares } from './slot-shares.ts';

/** The calls that this process may have in flight at an endpoint: its part of what all processes together may have. */
export interface SlotLease {
  /** Slots of this process now; 0 while it cannot be sure of them. */
  readonly slots: number;
  readonly inUse: number;
  hasRoom(): boolean;
  /**
   * Takes a slot; only where there is room.
   * @param cut ends the call: its slot may soon be another process's
   * @param promptTokens estimated; they count where the endpoint has a rate of tokens
   * @param party whose call it is; not given: nobody's whom others know
   */
  begin(cut: () => void, promptTokens?: number, party?: Party): SlotInUse;
  /** Takes a slot as soon as there is room, before calls that are told of it. @throws SlotLeaseOverError */
  beginSoon(cut: () => void): Promise<SlotInUse>;
  /**
   * How many calls of a caller wait for a slot. Where that is more than there are slots, more are asked for.
   * @param of how many of them are whose
   */
  waiting(caller: object, calls: number, of?: ReadonlyMap<Party, number>): void;
  /**
   * Which part of a run's share at the endpoint is this process's, as far as the table tells; 1 if nobody else is known to have
   * any.
   */
  partOf(runId: string): number;
  /** Calls back when there is more room than before; what it returns unsubscribes. */
  onRoom(listener: () => void): () => void;
}

export interface SlotInUse {
  /** @param tokens of prompt and reply, where they are known */
  ended(tokens?: number): void;
  /** It was ended here, and the server notices a little later. */
  hungUp(): void;
}

export interface SlotLeaseSettings {
  readonly endpoint: string;
  /** Most calls in flight at the endpoint, of all processes; from 1. */
  readonly limit: number;
  /** A name that nothing else has, had or will have. */
  readonly holder: string;
  /** Others take the slots of a holder that has been silent for this long. */
  readonly ttlMs: number;
  /** Of all processes together; each has as large a part of it as of the slots. */
  readonly rate?: CallRate | undefined;
  readonly store: Pick<SlotTableStore, 'update'>;
  readonly isDead: (holder: SlotHolder) => boolean;
  readonly timing: Timing;
  readonly logger?: Pick<Logger, 'warn' | 'debug'> | undefined;
}

export interface OwnSlotLease extends SlotLease {
  /** The table has changed. */
  saw(table: SlotTable): void;
  /** It has no calls, and none wait. */
  isIdle(): boolean;
  /** A holder may have died. */
  lookAgain(): void;
  /** Gives the slots back, and ends what waits for one. Idempotent. */
  close(): Promise<void>;
}

export class SlotLeaseOverError extends ScaleError {
  readonly kind = 'failed';
  constructor(endpoint: string) {
    super(`the lease of slots at ${endpoint} is over`);
  }
}

/** Shares of the time without a renewal: from then on the process begins no call; and ends those in flight. */
const [lastCall, lastMoment] = [0.5, 0.75];
/** Renewals, and looks at the own clock, in that time. */
const [renewals, looks] = [5, 10];
const longestLookMs = 250;
/** How long a server may take to notice that its client has hung up. */
const noticedMs = 100;

/**
 * Slots are asked for and given back between calls, in the background. A process that cannot renew its lease stops using its
 * slots by its own clock, long before others take them by theirs.
 */
export function createSlotLease(settings: SlotLeaseSettings): OwnSlotLease {
  const { endpoint, limit, rate, holder, ttlMs, store, timing, logger } = settings;
  const inFlight = new Set<() => void>();
  const listeners = new Set<() => void>();
  const line: { readonly cut: () => void; readonly place: PromiseWithResolvers<SlotInUse> }[] = [];
  const demand = createSlotDemand(limit, () => inFlight.size + line.length, timing);
  let parts: { readonly of: SlotTable; readonly byRun: ReadonlyMap<string, number> } | undefined;
  /** As the table has confirmed, or fewer: what is about to be given back is not used any more. */
  let usable = 0;
  /** Calls in flight may keep it from giving back what others lack: then no call follows them. */
  let ceiling = Number.POSITIVE_INFINITY;
  let beat = 0;
  /** When the entry that stands was written, at the latest; undefined for none. */
  let written: ClockReading | undefined;
  /** Since when it has had slots without letting others go first. */
  let turnSince: ClockReading | undefined;
  let known: SlotTable | undefined;
  let writing = false;
  let again = false;
  let closed = false;
  let ratedAgain: (() => void) | undefined;

  const ageMs = (): number => (written === undefined ? Number.POSITIVE_INFINITY : msSince(written, timing));
  const slots = (): number => (ageMs() < lastCall * ttlMs ? Math.min(usable, ceiling) : 0);
  /** Runs with a higher limit have more of the endpoint, and of its rate. */
  const share = (): number => slots() / Math.max(limit, ...(known?.holders ?? []).map((each) => each.limit));
  const lastSlot = createLastSlot(timing, () => announce());
  /** Who has no more than a few is not in anybody's way. */
  const isKeptForOthers = (): boolean =>
    slots() > demand.firstStep &&
    slots() - inFlight.size === 1 &&
    (known?.holders ?? []).some((each) => each.holder !== holder) &&
    lastSlot.isKept();
  const hasRoom = (): boolean =>
    inFlight.size < slots() && !isKeptForOthers() && (rate === undefined || rate.waitMs(share()) === 0);

  const hadItsTurn = (): boolean => turnSince !== undefined && msSince(turnSince, timing) >= ttlMs / renewals;

  const own = (table: SlotTable | undefined): SlotHolder | undefined => table?.holders.find((each) => each.holder === holder);
  const claimOn = (table: SlotTable, wanted: number, inUse: number, runs: readonly RunDemand[] = []): SlotTable =>
    claimSlots(table, { runs, holder, limit, wanted, inUse, beat, ttlMs, hadItsTurn: hadItsTurn(), isDead: settings.isDead });
  /** Whether a claim would change the slots or the demand of the table as it was last seen. */
  const hasNews = (): boolean => {
    const wanted = demand.noted();
    if (known === undefined) return wanted > 0;
    const runs = demand.notedByRun();
    const mine = own(known);
    const [next, least] = [own(claimOn(known, wanted, inFlight.size, runs)), own(claimOn(known, wanted, 0, runs))];
    const mayKeep = least?.slots ?? 0;
    ceiling = mine !== undefined && mayKeep < mine.slots ? mayKeep : Number.POSITIVE_INFINITY;
    return next?.slots !== mine?.slots || next?.wanted !== mine?.wanted || !isSameDemand(next, mine);
  };

  const begin = (cut: () => void, promptTokens = 0, party?: Party): SlotInUse => {
    const call = () => cut();
    lastSlot.taken(slots() - inFlight.size);
    inFlight.add(call);
    if (party !== undefined) demand.began(party);
    const rated = rate?.began(promptTokens);
    const ended = (tokens?: number): void => {
      if (!inFlight.delete(call)) return;
      if (party !== undefined) demand.ended(party);
      rated?.ended(tokens);
      if (ceiling !== Number.POSITIVE_INFINITY) tellNews();
      announce();
    };
    return { ended, hungUp: () => void timing.after(noticedMs, () => ended()) };
  };
  const announce = (): void => {
    while (line.length > 0 && hasRoom()) {
      const next = line.shift();
      next?.place.resolve(begin(next.cut));
    }
    if (demand.isAnyWaiting && hasRoom()) for (const listener of [...listeners]) listener();
    awaitRate();
  };
  /** Nobody else says when the rate lets the next call begin. */
  const awaitRate = (): void => {
    if (rate === undefined || ratedAgain !== undefined || closed || inFlight.size >= slots()) return;
    const waitMs = rate.waitMs(share());
    if (waitMs === 0 || !Number.isFinite(waitMs) || (!demand.isAnyWaiting && line.length === 0)) return;
    ratedAgain = timing.after(waitMs, () => {
      ratedAgain = undefined;
      announce();
    });
  };
  const cutFrom = (first: number): void => {
    const calls = [...inFlight].slice(first);
    if (calls.length > 0) logger?.warn({ endpoint, calls: calls.length }, 'calls are cut: their slots could not be kept');
    for (const cut of calls) cut();
  };

  const claim = async (): Promise<void> => {
    const [wanted, runs] = [demand.noted(), demand.notedByRun()];
    let asked: ClockReading | undefined;
    const table = await store.update(endpoint, (found) => {
      beat += 1;
      asked = readClocks(timing);
      const next = closed ? claimOn(found, 0, 0) : claimOn(found, wanted, inFlight.size, runs);
      usable = Math.min(usable, own(next)?.slots ?? 0);
      return next;
    });
    if (closed) return;
    const [before, mine] = [own(known), own(table)];
    if (mine === undefined || mine.slots === 0) turnSince = undefined;
    else if (turnSince === undefined || mine.turn !== before?.turn) turnSince = asked;
    // The watch may have shown what another holder has made of it since: a slot that was given back at once must not be missed.
    if (mine === undefined || (before?.beat ?? 0) < mine.beat) known = table;
    usable = mine?.slots ?? 0;
    written = mine && asked;
    // Only a process that was thought dead has fewer than it uses.
    cutFrom(usable);
  };
  const keepClaiming = async (): Promise<void> => {
    writing = true;
    try {
      do {
        again = false;
        await claim();
        again = hasNews() && again;
        announce();
      } while (again && !closed);
    } catch (error) {
      logger?.debug({ err: coerceError(error), endpoint }, 'slots could not be claimed or renewed; trying again');
    } finally {
      writing = false;
    }
  };
  const tell = (): void => {
    if (closed) return;
    if (writing) again = true;
    else void keepClaiming();
  };
  const tellNews = (): void => {
    if (hasNews()) tell();
  };

  const looking = every(timing, Math.min(longestLookMs, ttlMs / looks), () => {
    if (written === undefined && demand.now() === 0) return;
    if (written !== undefined && ageMs() >= lastMoment * ttlMs && usable > 0) {
      usable = 0;
      cutFrom(0);
    }
    if (ageMs() >= ttlMs / renewals) tell();
    else tellNews();
  });

  tell();

  return {
    get slots() {
      return slots();
    },
    get inUse() {
      return inFlight.size;
    },
    hasRoom,
    begin,
    beginSoon: async (cut) => {
      if (closed) throw new SlotLeaseOverError(endpoint);
      if (hasRoom()) return begin(cut);
      const place = Promise.withResolvers<SlotInUse>();
      line.push({ cut, place });
      tellNews();
      awaitRate();
      return await place.promise;
    },
    waiting: (caller, calls, of = new Map()) => {
      demand.waiting(caller, calls, of);
      if (calls === 0 || hasRoom()) return;
      // No more than the limit is ever asked for.
      const told = own(known);
      if (Math.min(limit, demand.now()) > (told?.wanted ?? 0) || demand.isMoreThan(told?.runs ?? [])) tellNews();
      awaitRate();
    },
    partOf: (runId) => {
      if (known === undefined) return 1;
      if (parts?.of !== known) {
        const mine = runShares(known.holders).filter((each) => each.holder === holder && each.slots > 0);
        parts = { of: known, byRun: new Map(mine.map((each) => [each.runId, each.slots / each.ofRun])) };
      }
      return parts.byRun.get(runId) ?? 1;
    },
    onRoom: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    saw: (table) => {
      // The watch may be behind what was written since; an entry that is gone for good is missed at the next renewal.
      if (closed || (written !== undefined && (own(table)?.beat ?? 0) < (own(known)?.beat ?? 0))) return;
      known = table;
      if (written !== undefined || demand.now() > 0) tellNews();
    },
    isIdle: () => demand.now() === 0,
    lookAgain: () => {
      if (!closed && (written !== undefined || demand.now() > 0)) tellNews();
    },
    close: async () => {
      if (closed) return;
      closed = true;
      looking[Symbol.dispose]();
      ratedAgain?.();
      lastSlot.close();
      usable = 0;
      for (const { place } of line.splice(0)) place.reject(new SlotLeaseOverError(endpoint));
      if (written === undefined && !writing) return;
      await store.update(endpoint, (table) => claimOn(table, 0, 0));
    },
  };
}

function isSameDemand(one: SlotHolder | undefined, other: SlotHolder | undefined): boolean {
  return JSON.stringify(one?.runs ?? []) === JSON.stringify(other?.runs ?? []);
}
