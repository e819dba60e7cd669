import type { PriceTable } from '../../domain/prices/price-table.ts';
import type { RoundTimes } from '../../domain/report/time-left.ts';
import { applyEvent } from '../../domain/run/apply/apply-event.ts';
import type { RunEvent } from '../../domain/run/event.ts';
import { isOver } from '../../domain/run/is-over.ts';
import type { Spent } from '../../domain/run/ledger/spent.ts';
import type { RunState } from '../../domain/run/state.ts';
import { eventFromProto } from '../contracts/event-codec.ts';
import type { LoggedEvent } from '../contracts/generated/scale/v1/control.ts';
import { RunReadError } from './run-read-error.ts';

/** A run's log as far as it has been read, and the state that it leads to. */
export interface RunRecord {
  readonly runId: string;
  readonly events: readonly RecordedEvent[];
  readonly times: RoundTimes;
  /** @throws RunReadError if nothing has been read yet */
  state(): RunState;
  lastSequence(): number;
  /** The digest of the log up to the last event, "" for none. */
  lastDigest(): string;
  /** Forgets everything: the log is a different one. */
  restart(): void;
  isOver(): boolean;
  add(logged: Omit<LoggedEvent, 'digest'> & Partial<Pick<LoggedEvent, 'digest'>>): RunEvent;
  /** What the run's calls have used; undefined if that has not been reported. */
  spent(): Spent | undefined;
  noteSpent(spent: Spent | undefined): void;
  /** What its models cost, as the run has kept it; undefined if nobody has said. */
  prices(): PriceTable | undefined;
  notePrices(prices: PriceTable | undefined): void;
  /** Of executions, in milliseconds, by round; empty where they have not been read (readLatencies). */
  latencies(): ReadonlyMap<number, readonly number[]>;
  noteLatencies(round: number, times: readonly number[]): void;
}

export interface RecordedEvent {
  readonly sequence: number;
  readonly timeMs: number;
  readonly event: RunEvent;
}

/** @param keep what is kept of an event that the state has taken up. Default: all of it */
export function createRunRecord(runId: string, keep: (event: RunEvent) => RunEvent = (event) => event): RunRecord {
  const events: RecordedEvent[] = [];
  const times = new Map<number, { startMs: number; endMs?: number }>();
  const latencies = new Map<number, readonly number[]>();
  let state: RunState | undefined;
  let digest = '';
  let spent: Spent | undefined;
  let prices: PriceTable | undefined;
  return {
    runId,
    events,
    times,
    state: () => {
      if (state === undefined) throw new RunReadError('failed', `run ${runId} has no events yet`);
      return state;
    },
    lastSequence: () => events.at(-1)?.sequence ?? 0,
    lastDigest: () => digest,
    restart() {
      events.splice(0);
      times.clear();
      latencies.clear();
      state = undefined;
      spent = undefined;
      digest = '';
    },
    isOver: () => state !== undefined && isOver(state),
    add: ({ sequence, timeMs, event: logged, digest: upToHere = '' }) => {
      if (logged === undefined) throw new RunReadError('failed', `entry ${sequence} of run ${runId} holds no event`);
      const { event } = eventFromProto(logged);
      state = applyEvent(state, event);
      events.push({ sequence, timeMs, event: keep(event) });
      digest = upToHere;
      noteTime(times, event, timeMs);
      return event;
    },
    spent: () => spent,
    noteSpent: (told) => {
      spent = told;
    },
    prices: () => prices,
    notePrices: (told) => {
      prices = told;
    },
    latencies: () => latencies,
    noteLatencies: (round, told) => {
      latencies.set(round, told);
    },
  };
}

function noteTime(times: Map<number, { startMs: number; endMs?: number }>, event: RunEvent, timeMs: number): void {
  if (event.kind === 'round-started') times.set(event.round, { startMs: timeMs });
  if (event.kind !== 'round-completed') return;
  times.set(event.round, { startMs: times.get(event.round)?.startMs ?? timeMs, endMs: timeMs });
}
