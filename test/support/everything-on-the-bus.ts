import { randomBytes } from 'node:crypto';
import { encodeSweepEvent } from '../../services/shared/contracts/sweep-codec.ts';
import type { Bus, Delivery, JobKind } from '../../services/shared/messaging/bus.ts';
import {
  executeJob,
  executionResult,
  modelCall,
  newRunId,
  predictJob,
  runManifest,
  runMemory,
  spendingNote,
} from './bus-messages.ts';

const budgetHolder = { holder: 'w', beat: 1, ttlMs: 5_000, reserved: [], spent: [] };
const slotHolder = { holder: 'w', slots: 1, wanted: 1, limit: 1, beat: 1, turn: 1, ttlMs: 5_000, runs: [] };
const never = new AbortController().signal;

export interface EverythingParts {
  readonly coordinator: Bus;
  readonly workers: readonly { readonly bus: Bus; readonly kinds: readonly JobKind[] }[];
  /** Puts bytes on a subject, past all adapters. */
  readonly putRaw: (subject: string, bytes: Uint8Array) => Promise<void>;
}

/** Each use of the bus that services make, rare ones too: a conflict, a large body, a job that cannot be read. */
export async function doEverythingOnBus({ coordinator, workers, putRaw }: EverythingParts): Promise<void> {
  const runId = newRunId();
  await coordinator.runs.put(runManifest(runId));
  await coordinator.runs.update(runId, (manifest) => ({ ...manifest, maxInFlight: 9 }));
  await Promise.all([coordinator.runs.get(runId), coordinator.runs.list(), first(coordinator.runs.watch(never))]);
  await coordinator.budgets.update(`run-${runId}`, (table) => ({ ...table, ends: [] }));
  await first(coordinator.budgets.watch(never));
  const lease = await coordinator.leases.acquire(runId, 'here');
  await coordinator.leases.acquire(runId, 'there');
  await coordinator.leases.holding(runId);
  await lease?.renew();
  await lease?.release();
  const appended = await coordinator.log.append(runId, randomBytes(300_000), 0);
  await coordinator.log.append(runId, new Uint8Array([2]), 0).catch(() => undefined);
  await coordinator.log.at(runId, appended);
  await first(coordinator.log.read(runId, { after: 0, follow: false }, never));
  const entry = encodeSweepEvent(runId, { kind: 'sweep-paused', reason: 'x'.repeat(300_000) });
  const written = await coordinator.sweeps.append(runId, entry, 0);
  await coordinator.sweeps.append(runId, entry, 0).catch(() => undefined);
  await coordinator.sweeps.at(runId, written);
  await coordinator.sweeps.list();
  await first(coordinator.sweeps.read(runId, { after: 0, follow: false }, never));
  await first(coordinator.sweeps.watch(never));
  await coordinator.memory.keep(runMemory(runId, 'a'.repeat(64)));
  await coordinator.memory.list();
  await coordinator.responses.size();
  await coordinator.blobs.put(randomBytes(6_000_000)).then(coordinator.blobs.get);
  const listening = AbortSignal.timeout(30_000);
  const heard = Promise.all([first(coordinator.troubles.follow(runId, listening)), first(coordinator.workers.follow(listening))]);
  for (const { bus, kinds } of workers) {
    await workOn(bus, kinds, runId, coordinator, putRaw);
    // As a worker pauses a run that lacks a key.
    await bus.runs.update(runId, (manifest) => ({ ...manifest, maxInFlight: manifest.maxInFlight + 1 }));
    await bus.check(AbortSignal.timeout(30_000));
  }
  await heard;
  await first(coordinator.results.follow(runId, never));
  await coordinator.results.get(runId, 'j1');
  await coordinator.results.jobIds(runId);
  // As it reads and restores a backup.
  await coordinator.journal.record(runId, 'restored', [modelCall('solve/0', 'x')]);
  await coordinator.journal.read(runId, 'restored');
  await coordinator.results.put(executionResult(runId, 'restored'));
  await coordinator.spending.note(spendingNote(runId, 'preflight'));
  await first(coordinator.spending.read(runId, { after: 0, follow: false }, never));
  for (const letter of await coordinator.deadLetters.list()) await coordinator.deadLetters.remove(letter);
  const deed = { timeMs: 1, caller: 'ann', role: 'run', address: '', method: 'PauseRun', target: runId, asked: '', code: 'OK' };
  await coordinator.audit.append({ ...deed, coordinator: 'c' });
  await first(coordinator.audit.read('', never));
  await coordinator.jobs.outstanding(runId);
  await coordinator.jobs.count('execute', runId);
  await coordinator.jobs.closeLanes(runId);
  await coordinator.jobs.publish(executeJob(runId, 'left'));
  await coordinator.jobs.closeStuckLanes(runId);
  await coordinator.jobs.closeLanes(runId);
  await coordinator.responses.clear();
  await coordinator.blobs.collect({ unusedForMs: 0 }, never);
  await coordinator.memory.forget(runId);
  await coordinator.removeRun(newRunId());
  await coordinator.check(AbortSignal.timeout(30_000));
}

async function workOn(
  bus: Bus,
  kinds: readonly JobKind[],
  runId: string,
  coordinator: Bus,
  putRaw: EverythingParts['putRaw'],
): Promise<void> {
  await Promise.all([first(bus.runs.watch(never)), bus.runs.get(runId), bus.leases.holding(runId)]);
  bus.workers.tell({ worker: 'w', kinds: [...kinds], slots: 1, endpoints: [], runs: [] });
  bus.troubles.tell({ runId, worker: 'w', message: 'a trouble' });
  for (const kind of kinds) {
    const jobId = `${kind}-1`;
    await coordinator.jobs.openLane(kind, runId, { maxInFlight: 4 });
    await coordinator.jobs.openLane(kind, runId, { maxInFlight: 5 });
    const job = kind === 'execute' ? executeJob(runId, jobId) : jobOfKind(kind, runId, jobId);
    await coordinator.jobs.publish(job);
    await coordinator.jobs.publish(job);
    const delivery = await pullOne(bus, kind, runId);
    await delivery.heartbeat();
    await bus.journal.record(runId, jobId, [modelCall('solve/0', 'x'.repeat(300_000))]);
    await bus.journal.noteStart(runId, jobId, { delivery: 2, worker: 'w', leader: '', givenBack: false });
    await Promise.all([bus.journal.read(runId, jobId), bus.journal.starts(runId, jobId)]);
    await bus.deadLetters.keep(job, 'a reason');
    await bus.results.put({ ...executionResult(runId, jobId), calls: [modelCall('solve/0', 'y'.repeat(2_000_000))] });
    await bus.results.put(executionResult(runId, jobId));
    await bus.results.get(runId, jobId);
    await delivery.ack();
    await putRaw(`jobs.v1.${kind}.${runId}.unreadable`, new Uint8Array([255, 255, 255]));
    await bus.jobs.pull(kind, runId, { max: 1, waitMs: 1_000 }, never);
    // A job whose lane is gone when it is settled.
    await coordinator.jobs.publish({ ...job, jobId: `${kind}-2` });
    const late = await pullOne(bus, kind, runId);
    await coordinator.jobs.closeLanes(runId);
    await late.ack();
  }
  await bus.spending.note(spendingNote(runId, kinds.join('-')));
  await bus.responses.put('a'.repeat(64), randomBytes(600_000));
  await bus.responses.get('a'.repeat(64));
  await bus.slots.update('http://endpoint/v1', (table) => ({ ...table, holders: [slotHolder] }));
  await first(bus.slots.watch(never));
  await bus.budgets.update('run-x', (table) => ({ ...table, holders: [budgetHolder] }));
  await first(bus.budgets.watch(never));
}

function jobOfKind(kind: JobKind, runId: string, jobId: string) {
  const job = predictJob(runId, jobId);
  if (kind === 'predict') return job;
  return {
    ...job,
    work: { $case: kind as 'propose', value: { round: 2, attempt: 1, promptBlob: 'b'.repeat(64), structuredBlob: '' } },
  };
}

async function pullOne(bus: Bus, kind: JobKind, runId: string): Promise<Delivery> {
  const [delivery] = await bus.jobs.pull(kind, runId, { max: 1, waitMs: 5_000 }, never);
  if (delivery === undefined) throw new Error(`no job of ${kind} came`);
  return delivery;
}

async function first<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item;
  return undefined;
}
