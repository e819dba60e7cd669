import type { SweepEvent } from '../../domain/sweep/sweep-event.ts';
import { isSweepOver, type SweepState, settingsNow } from '../../domain/sweep/sweep-state.ts';
import { benchmarkFromProto, encodeBenchmark } from '../../shared/contracts/benchmark-codec.ts';
import type {
  GetSweepResponse,
  KeepBenchmarkRequest,
  KeepBenchmarkResponse,
  ListSweepsResponse,
  SetShareRequest,
  SetShareResponse,
  StartRunRequest,
  StartSweepRequest,
  StartSweepResponse,
  WatchSweepResponse,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import { sweepIdOf } from '../../shared/contracts/sweep-id.ts';
import { pause, within } from '../../shared/lifecycle/abort.ts';
import { mapAtOnce } from '../../shared/lifecycle/map-at-once.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { LogConflictError } from '../../shared/messaging/errors.ts';
import { resumedManifest } from '../../shared/messaging/pause-run.ts';
import { isToken } from '../../shared/messaging/subjects-and-streams.ts';
import { withAsked } from '../../shared/sharing/share-rules.ts';
import type { ControlHandlers } from '../control/control-handlers.ts';
import { refuseBadShare } from '../control/refuse-bad-share.ts';
import type { Coordinator } from '../coordinator.ts';
import { unreadableLog } from '../log/unreadable-log.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import { idOfStart } from './cell-run.ts';
import { defineSweep } from './define-sweep.ts';
import type { SweepLeaders } from './sweep-leaders.ts';
import { changeSweep, openSweepLog } from './sweep-log.ts';
import { summaryOfSweep, summaryOfUnreadable, viewOfSweep } from './sweep-view.ts';
import { wantedSweep } from './wanted-sweep.ts';

/** The part of ControlService that is about sweeps, as plain functions. */
export interface SweepHandlers {
  keepBenchmark(request: KeepBenchmarkRequest): Promise<KeepBenchmarkResponse>;
  /** @param caller by the token that came with the call, "" for nobody known */
  startSweep(request: StartSweepRequest, caller?: string): Promise<StartSweepResponse>;
  listSweeps(signal: AbortSignal): Promise<ListSweepsResponse>;
  getSweep(sweepId: string, signal: AbortSignal): Promise<GetSweepResponse>;
  watchSweep(sweepId: string, signal: AbortSignal): AsyncIterable<WatchSweepResponse>;
  pauseSweep(sweepId: string, reason: string): Promise<{ status: string }>;
  resumeSweep(sweepId: string): Promise<{ status: string }>;
  cancelSweep(sweepId: string, reason: string): Promise<{ status: string }>;
  /** Of all its runs together; where each had its own, they divide one from now on. */
  setSweepShare(request: SetShareRequest): Promise<SetShareResponse>;
}

export interface SweepHandlersParts {
  readonly bus: Bus;
  readonly leaders: SweepLeaders;
  readonly timing: Timing;
  readonly getRun: ControlHandlers['getRun'];
  readonly budgets: Pick<Coordinator, 'budget'>;
}

const readsAtOnce = 16;
const changeWithinMs = 30_000;
const lookEveryMs = 500;

export function createSweepHandlers(parts: SweepHandlersParts): SweepHandlers {
  const { bus, leaders, timing } = parts;
  const stateOf = async (sweepId: string, signal: AbortSignal): Promise<SweepState> => {
    const state = isToken(sweepId) ? (await openSweepLog(bus, sweepId, signal)).state() : undefined;
    if (state === undefined) throw noSweep(sweepId);
    return state;
  };
  /** @param decide returns undefined where nothing need be written */
  const change = async (
    sweepId: string,
    decide: (state: SweepState | undefined) => SweepEvent | undefined | Promise<SweepEvent | undefined>,
  ): Promise<SweepState> => {
    using limit = within(timing, changeWithinMs);
    const state = await changeSweep(bus, sweepId, decide, limit.signal);
    if (state === undefined) throw noSweep(sweepId);
    leaders.lead(sweepId);
    return state;
  };
  const steer = async (sweepId: string, event: SweepEvent, wanted: SweepState['status']): Promise<{ status: string }> => {
    const state = await change(sweepId, (found) => {
      if (found === undefined) throw noSweep(sweepId);
      if (isSweepOver(found)) throw new RequestRefusedError('conflict', `sweep ${sweepId} has already ended`);
      if (found.status === 'cancelled' && wanted !== 'cancelled') {
        const how = 'the command that started it goes on with it';
        throw new RequestRefusedError('conflict', `sweep ${sweepId} was cancelled: ${how}`);
      }
      return found.status === wanted ? undefined : event;
    });
    return { status: state.status };
  };

  return {
    async keepBenchmark({ benchmark }) {
      if (!benchmark) throw new RequestRefusedError('bad-input', 'a benchmark must be given');
      return { contentHash: await bus.blobs.put(encodeBenchmark(benchmarkFromProto(benchmark))) };
    },

    async startSweep(request, caller = '') {
      const { name, baseHash, keepOthers = false } = request;
      const wanted = wantedSweep(request);
      const sweepId = sweepIdOf(name, baseHash);
      // A store that was made anew has lost it; whoever led it has not.
      if (!(await bus.sweeps.list()).includes(sweepId)) await leaders.restore(sweepId).catch(unlessConflict);
      let outcome: Omit<StartSweepResponse, 'sweepId'> = { continued: false, added: 0, leftOut: 0, again: 0 };
      await change(sweepId, async (state) => {
        const definition = { ...wanted, name, keepOthers, startedBy: caller, nowMs: await bus.now() };
        const { event, ...counts } = await defineSweep(bus, state, definition);
        // Counted once: where another writer comes first, what is there then decides.
        outcome = { continued: state !== undefined, ...counts };
        return event;
      });
      for (const { start } of request.cells) await notePreflight(bus, start);
      return { sweepId, ...outcome };
    },

    async listSweeps(signal) {
      const ids = await bus.sweeps.list();
      const sweeps = await mapAtOnce(ids, readsAtOnce, async (sweepId) => {
        try {
          return await summaryOfSweep(parts, sweepId, await stateOf(sweepId, signal), signal);
        } catch (error) {
          // The others of a list can do nothing for it.
          const found = unreadableLog(error);
          if (found === undefined) throw error;
          return summaryOfUnreadable(sweepId, await createdAt(bus, sweepId, signal), found);
        }
      });
      return { sweeps: sweeps.sort((a, b) => b.createdAtMs - a.createdAtMs) };
    },

    async getSweep(sweepId, signal) {
      return viewOfSweep(parts, sweepId, await stateOf(sweepId, signal), signal);
    },

    async *watchSweep(sweepId, signal) {
      if (!isToken(sweepId)) throw noSweep(sweepId);
      let log = await openSweepLog(bus, sweepId, signal);
      if (log.state() === undefined) throw noSweep(sweepId);
      let told = '';
      while (!signal.aborted) {
        await log.refresh(signal).catch(async (error: unknown) => {
          // The store was made anew; whoever leads the sweep writes it again.
          if (!(error instanceof LogConflictError)) throw error;
          log = await openSweepLog(bus, sweepId, signal);
        });
        const state = log.state();
        if (state !== undefined) {
          const view = await viewOfSweep(parts, sweepId, state, signal);
          const text = JSON.stringify(view);
          if (text !== told) yield view;
          told = text;
          if (state.endedAtMs !== undefined) return;
        }
        await pause(timing, lookEveryMs, signal);
      }
    },

    pauseSweep: (sweepId, reason) => steer(sweepId, { kind: 'sweep-paused', reason }, 'paused'),

    async resumeSweep(sweepId) {
      const steered = await steer(sweepId, { kind: 'sweep-resumed' }, 'running');
      using limit = within(timing, changeWithinMs);
      const { cells } = await stateOf(sweepId, limit.signal);
      // Those too that had paused themselves: whoever resumes a sweep has seen to what they waited for.
      for (const { runs } of cells) {
        const run = runs.at(-1);
        if (run !== undefined && run.outcome === undefined) await bus.runs.update(run.runId, resumedManifest);
      }
      return steered;
    },

    async setSweepShare({ sweepId, ...asked }) {
      refuseBadShare(asked);
      const state = await change(sweepId, (found) => {
        if (found === undefined) throw noSweep(sweepId);
        if (isSweepOver(found)) throw new RequestRefusedError('conflict', `sweep ${sweepId} has already ended`);
        const { weight, priority, atMost } = withAsked(settingsNow(found).share, asked);
        return { kind: 'sweep-shared', share: { weight, priority, atMost } };
      });
      return { share: settingsNow(state).share };
    },

    cancelSweep: (sweepId, reason) => steer(sweepId, { kind: 'sweep-cancelled', reason }, 'cancelled'),
  };
}

/** When its first entry was written, whatever that says. */
async function createdAt({ sweeps }: Pick<Bus, 'sweeps'>, sweepId: string, signal: AbortSignal): Promise<number> {
  for await (const { timeMs } of sweeps.read(sweepId, { after: 0, follow: false }, signal)) return timeMs;
  return 0;
}

function noSweep(sweepId: string): RequestRefusedError {
  return new RequestRefusedError('not-found', `there is no sweep ${sweepId}; \`scale sweep list\` shows all sweeps`);
}

function unlessConflict(error: unknown): void {
  if (!(error instanceof LogConflictError)) throw error;
}

/** What it took to try the endpoints before is the account of the run that it came with. */
async function notePreflight({ spending }: Pick<Bus, 'spending'>, start: StartRunRequest | undefined): Promise<void> {
  if (start?.preflight !== undefined) await spending.note({ ...start.preflight, runId: idOfStart(start) });
}
