import { BackupDamagedError, decodeBackup } from '../../shared/contracts/backup-file.ts';
import type { BackupRecord } from '../../shared/contracts/generated/scale/v1/backup.ts';
import type { RestorePlan, RestoreRequest, RestoreResponse } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../shared/messaging/bus.ts';
import { RequestRefusedError } from '../request-refused-error.ts';
import { type BackupWriterParts, createBackupWriter, digestOfLog, goneAnotherWay } from './backup-writer.ts';

/**
 * Puts a copy into this cluster. The same copy may be put again, also after it broke off in the middle.
 * @throws RequestRefusedError before anything is written where the cluster has other runs or sweeps, or the same ones and they
 * have gone another way; BackupDamagedError
 */
export async function restoreBackup(
  parts: BackupWriterParts,
  requests: AsyncIterable<RestoreRequest>,
  signal: AbortSignal,
): Promise<RestoreResponse> {
  const incoming = requests[Symbol.asyncIterator]();
  const first = await incoming.next();
  const body = first.done ? undefined : first.value.body;
  if (body?.$case !== 'plan') throw new RequestRefusedError('bad-input', 'a restore begins with its plan');
  const plan = body.value;
  const { bus } = parts;
  if (!plan.besideOthers) await refuseOthers(bus, plan);
  const present = await presentOf(bus, plan, signal);
  const restored = { runIds: [] as string[], sweepIds: new Set<string>(), results: 0, memories: 0 };
  const writer = createBackupWriter(parts, plan, signal);
  try {
    for await (const record of decodeBackup(piecesOf(incoming))) {
      signal.throwIfAborted();
      if (isPresent(record, present)) continue;
      await writer.write(record);
      if (record.body?.$case === 'result') restored.results += 1;
      if (record.body?.$case === 'memory') restored.memories += 1;
      if (record.body?.$case === 'manifest') restored.runIds.push(record.body.value.runId);
      if (record.body?.$case === 'sweepEntry') restored.sweepIds.add(record.body.value.sweepId);
    }
    await writer.finish();
  } catch (error) {
    throw error instanceof BackupDamagedError ? new BackupDamagedError(`the copy ${error.message}`, { cause: error }) : error;
  } finally {
    await writer.close();
  }
  return {
    ...{ ...restored, sweepIds: [...restored.sweepIds] },
    ...{ presentRunIds: [...present.runIds], presentSweepIds: [...present.sweepIds] },
  };
}

async function* piecesOf(incoming: AsyncIterator<RestoreRequest>): AsyncGenerator<Uint8Array> {
  for (let next = await incoming.next(); !next.done; next = await incoming.next()) {
    if (next.value.body?.$case !== 'piece') throw new RequestRefusedError('bad-input', 'after its plan, a restore brings pieces');
    yield next.value.body.value;
  }
}

interface Present {
  /** Here already, and as far as the copy or further. */
  readonly runIds: ReadonlySet<string>;
  readonly sweepIds: ReadonlySet<string>;
}

function isPresent({ body }: BackupRecord, { runIds, sweepIds }: Present): boolean {
  switch (body?.$case) {
    case 'entry':
    case 'result':
    case 'call':
    case 'note':
    case 'manifest':
    case 'memory':
      return runIds.has(body.value.runId);
    case 'sweepEntry':
      return sweepIds.has(body.value.sweepId);
    default:
      return false;
  }
}

/** @throws RequestRefusedError where there is what the copy does not have */
async function refuseOthers(bus: Bus, { contents }: RestorePlan): Promise<void> {
  const ours = new Set([...(contents?.runs ?? []).map(({ runId }) => runId)]);
  const sweeps = new Set([...(contents?.sweeps ?? []).map(({ sweepId }) => sweepId)]);
  const others = [
    ...(await bus.runs.list()).filter(({ runId }) => !ours.has(runId)).map(({ runId }) => `run ${runId}`),
    ...(await bus.sweeps.list()).filter((sweepId) => !sweeps.has(sweepId)).map((sweepId) => `sweep ${sweepId}`),
  ];
  if (others.length === 0) return;
  const named = `${others.slice(0, 3).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''}`;
  throw new RequestRefusedError(
    'conflict',
    `this cluster is not empty: it has ${named}. Restore into an empty one, or beside what is here, with --beside`,
  );
}

/** @throws RequestRefusedError for a run or a sweep that is here, and not as the copy has it */
async function presentOf(bus: Bus, { contents }: RestorePlan, signal: AbortSignal): Promise<Present> {
  const present = { runIds: new Set<string>(), sweepIds: new Set<string>() };
  for (const { runId, entries, digest } of contents?.runs ?? []) {
    // A log without a manifest is what a restore that broke off has left: nobody works on it.
    const isKnown = (await bus.runs.get(runId)) !== undefined;
    const here = await digestOfLog(bus.log, runId, entries, signal);
    if (here.length >= entries && here.digest !== digest) throw goneAnotherWay(`run ${runId}`);
    if (!isKnown) continue;
    if (here.length >= entries) present.runIds.add(runId);
    else
      throw new RequestRefusedError('conflict', `run ${runId} is in this cluster, at an earlier point: restore into another one`);
  }
  for (const { sweepId, entries, digest } of contents?.sweeps ?? []) {
    const here = await digestOfLog(bus.sweeps, sweepId, entries, signal);
    if (here.length >= entries && here.digest !== digest) throw goneAnotherWay(`sweep ${sweepId}`);
    if (here.length >= entries && entries > 0) present.sweepIds.add(sweepId);
  }
  return present;
}
