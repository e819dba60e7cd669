import type { RunManifest, StartRunRequest, StartRunResponse } from '../../shared/contracts/generated/scale/v1/control.ts';
import { restartingLoop } from '../../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { sweepLease } from '../../shared/messaging/run-lease.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { type Bell, createBell } from '../bell.ts';
import type { Coordinator, CoordinatorSettings } from '../coordinator.ts';
import { awaitLease } from '../leases/await-lease.ts';
import { leadSweep } from './lead-sweep.ts';
import { createSweepCopy, type SweepCopy } from './sweep-copy.ts';
import { openSweepLog } from './sweep-log.ts';

export interface SweepLeaders {
  /** Makes sure that the sweep is led: here, or by the coordinator that holds its lease. */
  lead(sweepId: string): void;
  /** Writes again what the store has lost of a sweep that was led here; does nothing for others. */
  restore(sweepId: string): Promise<void>;
  stop(): Promise<void>;
}

export interface SweepLeadersSettings {
  readonly settings: Pick<CoordinatorSettings, 'name' | 'resume'>;
  readonly bus: Bus;
  readonly timing: Timing;
  readonly logger: Logger;
  readonly startRun: (request: StartRunRequest, startedBy: string) => Promise<StartRunResponse>;
  readonly drive: (manifest: RunManifest) => void;
  readonly budgets: Pick<Coordinator, 'budget' | 'changeBudget'>;
}

interface Leader {
  readonly bell: Bell;
  readonly watched: Set<string>;
  readonly copy: SweepCopy;
  /** Aborts when leading must start again from what the store holds. */
  again: AbortController;
  readonly over: AbortController;
  loop: Promise<void>;
}

/** Leads every sweep whose lease it can get, each in a loop of its own that starts over from the log after any trouble. */
export function startSweepLeaders(parts: SweepLeadersSettings): SweepLeaders {
  const { settings, bus, timing, logger } = parts;
  const stopping = new AbortController();
  const leaders = new Map<string, Leader>();
  /** Sweeps that this process was asked to lead. */
  const requested = new Set<string>();
  /** By sweep, the newest entry that was heard of, and the last one of a log with nothing left to do. */
  const newest = new Map<string, number>();
  const overAt = new Map<string, number>();
  const loops = { signal: stopping.signal, logger, timing };

  const leadOnce = async (sweepId: string, leader: Leader, signal: AbortSignal): Promise<void> => {
    const log = logger.child({ sweepId });
    const lease = { leases: bus.leases, name: sweepLease(sweepId), holder: settings.name, logger: log, timing };
    const hasEndedElsewhere = async (): Promise<boolean> => {
      const { state, sequence } = await openSweepLog(bus, sweepId, signal);
      if (state()?.endedAtMs === undefined) return false;
      end(sweepId, leader, sequence());
      return true;
    };
    await using held = await awaitLease(lease, hasEndedElsewhere, signal);
    if (held === undefined) return;
    if (leader.again.signal.aborted) leader.again = new AbortController();
    const reading = AbortSignal.any([signal, held.lost, leader.again.signal]);
    const opened = await openSweepLog(bus, sweepId, reading);
    if (opened.state() === undefined && leader.copy.isKept()) {
      log.error('the store had lost the log of the sweep; it is written again');
      await leader.copy.restore(bus, sweepId);
      await opened.refresh(reading);
    }
    const { bell, copy, watched } = leader;
    await leadSweep({ ...parts, logger: log, sweepId, log: opened, copy, bell, watched }, reading);
    end(sweepId, leader, opened.sequence());
  };
  const end = (sweepId: string, leader: Leader, sequence: number): void => {
    // An entry that came just now is to be seen to: the loop begins again.
    if ((newest.get(sweepId) ?? 0) > sequence) return;
    overAt.set(sweepId, sequence);
    leader.over.abort();
  };

  const lead = (sweepId: string): void => {
    requested.add(sweepId);
    const known = leaders.get(sweepId);
    // One that is just being released cannot be taken up before it is gone.
    if (known?.over.signal.aborted) return void known.loop.then(() => stopping.signal.aborted || lead(sweepId));
    if (known) return known.bell.ring();
    const leader: Leader = {
      ...{ bell: createBell(), watched: new Set<string>(), copy: createSweepCopy() },
      ...{ again: new AbortController(), over: new AbortController(), loop: Promise.resolve() },
    };
    leaders.set(sweepId, leader);
    const signal = AbortSignal.any([stopping.signal, leader.over.signal]);
    leader.loop = restartingLoop(`lead ${sweepId}`, { ...loops, signal }, () => leadOnce(sweepId, leader, signal)).finally(() =>
      leaders.delete(sweepId),
    );
  };
  const watching = [
    restartingLoop('watch sweeps', loops, async (signal) => {
      for await (const { sweepId, sequence } of bus.sweeps.watch(signal)) {
        newest.set(sweepId, sequence);
        const isOver = sequence <= (overAt.get(sweepId) ?? 0);
        if (!isOver && (settings.resume === 'all' || requested.has(sweepId))) lead(sweepId);
      }
    }),
    restartingLoop('watch the runs of sweeps', loops, async (signal) => {
      for await (const { runId } of bus.runs.watch(signal)) {
        for (const { watched, bell } of leaders.values()) if (watched.has(runId)) bell.ring();
      }
    }),
  ];
  // What is known here came from a store that no longer exists.
  const forget = bus.onRemade(() => {
    overAt.clear();
    newest.clear();
    for (const { again } of leaders.values()) again.abort(new Error('the store was recreated'));
  });
  return {
    lead,
    async restore(sweepId) {
      const leader = leaders.get(sweepId);
      if (leader?.copy.isKept()) await leader.copy.restore(bus, sweepId);
    },
    async stop() {
      forget();
      stopping.abort(new Error('the coordinator is stopping'));
      await Promise.all([...watching, ...[...leaders.values()].map(({ loop }) => loop)]);
    },
  };
}
