import type { BackupRecord } from '../../shared/contracts/generated/scale/v1/backup.ts';
import {
  type BackupContents,
  type RestorePlan,
  type RunManifest,
  RunStatus,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import { nextDigest } from '../../shared/contracts/log-digest.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import type { EventLog } from '../../shared/messaging/event-log.ts';
import { sweepLease } from '../../shared/messaging/run-lease.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';
import { type HeldLease, holdLease } from '../leases/hold-lease.ts';
import { RequestRefusedError } from '../request-refused-error.ts';

/** Writes under way: the store confirms each, and waiting for one after the other would take minutes. */
const writesAtOnce = 64;

export interface BackupWriter {
  write(record: BackupRecord): Promise<void>;
  /** Looks whether the sweeps are as they were, and lets them go on. */
  finish(): Promise<void>;
  /** In any case, at the end. */
  close(): Promise<void>;
}

export interface BackupWriterParts {
  readonly bus: Bus;
  readonly timing: Timing;
  readonly logger: Logger;
  /** Of this coordinator. */
  readonly name: string;
}

/**
 * Writes the records of a copy so that nobody takes up what is not all here: a run's manifest, once its log was read again and is
 * as it was, and a sweep's log under the sweep's lease.
 */
export function createBackupWriter(
  { bus, timing, logger, name }: BackupWriterParts,
  { contents, pauseReason }: Pick<RestorePlan, 'contents' | 'pauseReason'>,
  signal: AbortSignal,
): BackupWriter {
  const underWay = new Set<Promise<void>>();
  const logs = new Map<string, LogWriter>();
  const leases = new Map<string, HeldLease>();
  const pieces: Uint8Array[] = [];
  let failure: unknown;

  const settled = async (): Promise<void> => {
    await Promise.all(underWay);
    if (failure !== undefined) throw failure;
  };
  const soon = async (work: () => Promise<unknown>): Promise<void> => {
    while (underWay.size >= writesAtOnce) await Promise.race(underWay);
    if (failure !== undefined) throw failure;
    const writing: Promise<void> = work().then(
      () => void underWay.delete(writing),
      (error: unknown) => {
        underWay.delete(writing);
        failure ??= error;
      },
    );
    underWay.add(writing);
  };
  const append = async (log: EventLog, what: string, id: string, entry: Uint8Array): Promise<void> => {
    const writer = logs.get(what) ?? (await openLogWriter(log, id, what, signal));
    logs.set(what, writer);
    await writer.append(entry);
  };
  const held = async (sweepId: string): Promise<void> => {
    if (leases.has(sweepId)) return;
    const lease = await holdLease(bus.leases, sweepLease(sweepId), `restore by ${name}`, logger, timing);
    if (lease !== undefined) return void leases.set(sweepId, lease);
    throw new RequestRefusedError('conflict', `sweep ${sweepId} is led in this cluster: restore into another one`);
  };

  return {
    async write({ body }) {
      switch (body?.$case) {
        case 'blob': {
          pieces.push(body.value.piece);
          if (!body.value.isLast) return;
          const content = Buffer.concat(pieces.splice(0));
          return await soon(() => bus.blobs.put(content));
        }
        case 'entry':
          return await append(bus.log, `run ${body.value.runId}`, body.value.runId, body.value.entry);
        case 'result':
          return await soon(() => bus.results.put(body.value));
        case 'call': {
          const { runId, jobId, call } = body.value;
          return call === undefined ? undefined : await soon(() => bus.journal.record(runId, jobId, [call]));
        }
        case 'note':
          return await soon(() => bus.spending.note(body.value));
        case 'memory':
          return await soon(() => bus.memory.keep(body.value));
        case 'manifest': {
          await settled();
          await verifyRun(bus, contents, body.value.runId, signal);
          return await bus.runs.put(restored(body.value, pauseReason, timing));
        }
        case 'sweepEntry': {
          await settled();
          await held(body.value.sweepId);
          return await append(bus.sweeps, `sweep ${body.value.sweepId}`, body.value.sweepId, body.value.entry);
        }
        default:
          return;
      }
    },
    async finish() {
      await settled();
      for (const sweepId of leases.keys()) {
        const wanted = contents?.sweeps.find((sweep) => sweep.sweepId === sweepId);
        if (wanted !== undefined) await verifyLog(bus.sweeps, `sweep ${sweepId}`, sweepId, wanted, signal);
      }
    },
    async close() {
      await Promise.all(underWay);
      for (const lease of leases.values()) await lease[Symbol.asyncDispose]();
    },
  };
}

function restored(manifest: RunManifest, pauseReason: string | undefined, timing: Timing): RunManifest {
  const restoredAtMs = Math.trunc(timing.wallMs());
  if (pauseReason === undefined || manifest.status !== RunStatus.RUNNING) return { ...manifest, restoredAtMs };
  return { ...manifest, restoredAtMs, status: RunStatus.PAUSED, pauseReason, pausedAtMs: restoredAtMs };
}

/** @throws RestoreFailedError */
async function verifyRun(bus: Bus, contents: BackupContents | undefined, runId: string, signal: AbortSignal): Promise<void> {
  const wanted = contents?.runs.find((run) => run.runId === runId);
  if (wanted === undefined) throw new RequestRefusedError('bad-input', `run ${runId} is not in the plan of the restore`);
  await verifyLog(bus.log, `run ${runId}`, runId, wanted, signal);
  const results = await bus.results.jobIds(runId);
  if (results.size < wanted.results) throw notAsWritten(`run ${runId} has ${results.size} results of ${wanted.results}`);
}

async function verifyLog(
  log: Pick<EventLog, 'read'>,
  what: string,
  id: string,
  wanted: { readonly entries: number; readonly digest: string },
  signal: AbortSignal,
): Promise<void> {
  const { digest, length } = await digestOfLog(log, id, wanted.entries, signal);
  if (length < wanted.entries || digest !== wanted.digest) throw notAsWritten(`the log of ${what} is not as it was`);
}

function notAsWritten(what: string): RequestRefusedError {
  return new RequestRefusedError('conflict', `${what} after it was restored: it is left alone; restore into another cluster`);
}

/** Of its first entries; `length` is that of all. */
export async function digestOfLog(log: Pick<EventLog, 'read'>, id: string, entries: number, signal: AbortSignal) {
  let [digest, length] = ['', 0];
  for await (const { entry } of log.read(id, { after: 0, follow: false }, signal)) {
    length += 1;
    if (length <= entries) digest = nextDigest(digest, entry);
  }
  return { digest, length };
}

interface LogWriter {
  append(entry: Uint8Array): Promise<void>;
}

/** Goes over what is there, which a restore that broke off may have left, and appends what follows it. */
async function openLogWriter(log: EventLog, id: string, what: string, signal: AbortSignal): Promise<LogWriter> {
  const there: Uint8Array[] = [];
  let last = 0;
  for await (const { entry, sequence } of log.read(id, { after: 0, follow: false }, signal)) {
    there.push(entry);
    last = sequence;
  }
  let place = 0;
  return {
    async append(entry) {
      const present = there[place];
      place += 1;
      if (present === undefined) last = await log.append(id, entry, last);
      else if (Buffer.compare(present, entry) !== 0) throw goneAnotherWay(what);
    },
  };
}

export function goneAnotherWay(what: string): RequestRefusedError {
  return new RequestRefusedError('conflict', `${what} is in this cluster and has gone another way: restore into another cluster`);
}
