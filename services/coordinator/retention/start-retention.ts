import { isSweepOver } from '../../domain/sweep/sweep-state.ts';
import type { RunManifest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { coerceError } from '../../shared/errors/coerce-error.ts';
import { restartingLoop } from '../../shared/lifecycle/restarting-loop.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { streams } from '../../shared/messaging/subjects-and-streams.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { holdLease } from '../leases/hold-lease.ts';
import { unreadableLog } from '../log/unreadable-log.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import { openSweepLog } from '../sweeps/sweep-log.ts';
import { removeRun } from './remove-run.ts';
import { groupsThatGo, groupsThatMayGo, type RetentionRule, type RunGroup } from './retention-rule.ts';
import { archivePath, archiveRun } from './run-archive.ts';

export interface RetentionParts {
  readonly bus: Bus;
  readonly timing: Timing;
  readonly logger: Logger;
  /** Of this coordinator. */
  readonly name: string;
}

export interface RetentionSettings extends RetentionRule {
  /** Each run is copied there before it is deleted. Absent: it is not copied. */
  readonly archiveFolder?: string;
}

/** By which the audit log tells what the cluster has deleted by itself. */
const method = 'Retire';
const lease = 'retention';
const firstAfterMs = 1_000;
const everyMs = 10 * 60_000;
/** What runs fill for as long as they are there. */
const measured: readonly string[] = [streams.events, streams.results];

/**
 * Deletes runs that have ended and are beyond what the cluster keeps, each after a copy of it was written. One coordinator at a
 * time does it; whatever dies in between, the next look finds the run, or its copy, or both.
 */
export function startRetention(settings: RetentionSettings, parts: RetentionParts): { stop(): Promise<void> } {
  const { timing, logger } = parts;
  const stopping = new AbortController();
  const loop = restartingLoop('retire runs', { signal: stopping.signal, logger, timing }, async (signal) => {
    await timing.sleep(firstAfterMs, signal);
    while (!signal.aborted) {
      await retireIfLeading(settings, parts, signal).catch((error: unknown) => {
        // Such as a full disk: what could not be copied is still there.
        if (!signal.aborted)
          logger.error({ err: coerceError(error) }, 'runs could not be archived or deleted; tried again later');
      });
      await timing.sleep(everyMs, signal);
    }
  });
  return {
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

async function retireIfLeading(settings: RetentionSettings, parts: RetentionParts, signal: AbortSignal): Promise<void> {
  const { bus, timing, logger, name } = parts;
  await using held = await holdLease(bus.leases, lease, name, logger, timing);
  if (held !== undefined) await retireRuns(settings, parts, AbortSignal.any([signal, held.lost]));
}

async function retireRuns(settings: RetentionSettings, parts: RetentionParts, signal: AbortSignal): Promise<void> {
  const { bus, timing } = parts;
  const runs = await bus.runs.list();
  const groups = groupsThatMayGo(runs, await sweepsUnderWay(runs, parts, signal));
  const ended = runs.filter(({ status }) => hasEnded(status)).length;
  const gone = new Set(groupsThatGo(groups, settings, { ended, nowMs: timing.wallMs() }));
  const retire = async (group: RunGroup): Promise<void> => {
    try {
      await retireGroup(group, settings, parts, signal);
    } catch (error) {
      signal.throwIfAborted();
      // A full disk takes no other copy either; a run that cannot be read keeps none of those behind it.
      if (typeof (error as NodeJS.ErrnoException).code === 'string') throw error;
      const runIds = group.runs.map(({ runId }) => runId);
      parts.logger.error({ err: coerceError(error), runIds }, 'these runs could not be copied or deleted; tried again later');
    }
  };
  for (const group of gone) await retire(group);
  const { maxBytes } = settings;
  if (maxBytes === undefined) return;
  for (const group of groups.filter((each) => !gone.has(each))) {
    if ((await filledBytes(bus)) <= maxBytes) return;
    await retire(group);
  }
}

async function retireGroup(
  { runs }: RunGroup,
  { archiveFolder }: RetentionSettings,
  { bus, timing, logger, name }: RetentionParts,
  signal: AbortSignal,
): Promise<void> {
  // All copies first: what cannot be copied takes none of the others away.
  for (const run of archiveFolder === undefined ? [] : runs)
    await archiveRun(bus, archivePath(archiveFolder ?? '', run), run.runId, timing, signal);
  for (const run of runs) {
    const { runId } = run;
    signal.throwIfAborted();
    const copy = archiveFolder === undefined ? {} : { copy: archivePath(archiveFolder, run) };
    // Before: after a death in between it stands there twice, and never not at all.
    await bus.audit.append({
      ...{ timeMs: Math.trunc(timing.wallMs()), caller: name, role: '', address: '', method, target: runId, code: 'OK' },
      ...{ asked: JSON.stringify(copy), coordinator: name },
    });
    try {
      if (!(await removeRun(bus, runId, name, (found) => isSameEnd(found, run)))) return;
      logger.info({ runId, ...copy }, 'the run was deleted, since the cluster keeps no more');
    } catch (error) {
      if (!(error instanceof RequestRefusedError)) throw error;
      logger.info({ runId, why: error.message }, 'the run is kept for now');
      return;
    }
  }
}

/** It was not taken up again, nor labelled, since it was looked at. */
function isSameEnd(found: RunManifest, seen: RunManifest): boolean {
  return (
    hasEnded(found.status) &&
    found.endedAtMs === seen.endedAtMs &&
    found.createdAtMs === seen.createdAtMs &&
    JSON.stringify(found.labels) === JSON.stringify(seen.labels)
  );
}

async function sweepsUnderWay(
  runs: readonly RunManifest[],
  { bus, logger }: RetentionParts,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const underWay = new Set<string>();
  for (const sweepId of new Set(runs.flatMap((run) => run.sweepId ?? []))) {
    try {
      const sweep = (await openSweepLog(bus, sweepId, signal)).state();
      if (sweep !== undefined && !isSweepOver(sweep)) underWay.add(sweepId);
    } catch (error) {
      if (unreadableLog(error) === undefined) throw error;
      // It may go on, for all that is known.
      underWay.add(sweepId);
      logger.warn({ err: coerceError(error), sweepId }, 'the log of a sweep cannot be read: its runs are kept');
    }
  }
  return underWay;
}

async function filledBytes(bus: Bus): Promise<number> {
  const fill = await bus.fill();
  return fill.filter(({ stream }) => measured.includes(stream)).reduce((sum, { bytes }) => sum + bytes, 0);
}
