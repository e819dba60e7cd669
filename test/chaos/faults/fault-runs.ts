import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, expect } from 'vitest';
import { readRunFile } from '../../../services/shared/config/run-file.ts';
import type { RunManifest } from '../../../services/shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../../services/shared/contracts/has-ended.ts';
import { runLease } from '../../../services/shared/messaging/run-lease.ts';
import { type ChaosCluster, type ChaosSettings, type Member, startChaosCluster } from '../../support/cluster/chaos-cluster.ts';
import type { RunEvidence } from '../../support/cluster/cluster-checker.ts';

/** The deadlines of the cluster that `scale run` starts. */
export const usualDeadlines = { leaseMs: 3_000, ackWaitMs: 8_000 };

/** A run that is disturbed, and what can be seen of it. */
export interface DisturbedRun {
  readonly runId: string;
  readonly cluster: ChaosCluster;
  /** Until the model's server has seen so many more calls. */
  untilCalls(more: number): Promise<void>;
  /** Jobs that are queued or being worked on. */
  inHand(): Promise<ReadonlySet<string>>;
  /** Until each has a result. */
  untilAnswered(jobIds: ReadonlySet<string>): Promise<void>;
  /** Until there is a result more than now. */
  untilResult(): Promise<void>;
  /** Until the log is longer than now. */
  untilLogged(): Promise<void>;
  /** Who drives the run. */
  leader(): Promise<Member>;
  /** Until somebody else does. */
  untilLedByAnother(than: Member): Promise<Member>;
  /** Notes how long it took from a fault until the run went on, for the page on reliability. */
  recovered(fault: number, what: string, fromMs: number): Promise<void>;
}

export interface FaultRuns extends AsyncDisposable {
  readonly cluster: ChaosCluster;
  /**
   * A search to its end while this happens. The checker must find nothing but what is expected, and the log must be that of the
   * same search undisturbed.
   */
  disturb(name: string, happens: (run: DisturbedRun) => Promise<void>, settings?: DisturbSettings): Promise<RunEvidence>;
}

export interface DisturbSettings {
  /** Violations that belong to the fault. */
  readonly expected?: RegExp;
}

export interface FaultRunSettings extends Partial<ChaosSettings> {
  /** More of the run file. */
  readonly run?: string;
  readonly rounds?: number;
}

/** Three rounds of sixty executions, some seconds of work. */
export async function openFaultRuns({ run = '', rounds = 3, ...settings }: FaultRunSettings = {}): Promise<FaultRuns> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-faults-'));
  const cluster = await startChaosCluster({
    ...{ executors: 2, coordinators: 2, slots: 4, firstTokenMs: 300 },
    ...usualDeadlines,
    ...settings,
  });
  const fileNamed = async (name: string) => {
    const path = join(folder, `${name}.yaml`);
    await writeFile(
      path,
      `name: ${name}
seed: 4
benchmark: { name: sample, limit: 60 }
search: { max_rounds: ${rounds}, memory: off, convergence: off }
evaluation: { method: full }
${run}`,
    );
    return await readRunFile(path);
  };
  let expectedEntries: readonly Uint8Array[] | undefined;
  const undisturbed = async (): Promise<readonly Uint8Array[]> => {
    if (expectedEntries !== undefined) return expectedEntries;
    const runId = await cluster.begin(await fileNamed('undisturbed'));
    await cluster.ended(runId);
    const { violations, evidence } = await cluster.check(runId);
    expect(violations, 'without any fault').toEqual([]);
    expectedEntries = evidence.entries;
    return evidence.entries;
  };
  return {
    cluster,
    async disturb(name, happens, { expected } = {}) {
      const entries = await undisturbed();
      const runId = await cluster.begin(await fileNamed(name));
      await happens(disturbedRun(cluster, runId));
      await cluster.ended(runId);
      const { violations, evidence } = await cluster.check(runId, entries);
      expect(violations.filter((violation) => !expected?.test(violation))).toEqual([]);
      return evidence;
    },
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function disturbedRun(cluster: ChaosCluster, runId: string): DisturbedRun {
  const { bus, connection } = cluster;
  const soon = () => sleep(20);
  /** A moment, unless the run is over before its fault. */
  const goingOn = async (): Promise<RunManifest | undefined> => {
    await soon();
    const manifest = await bus.runs.get(runId).catch(() => undefined);
    if (manifest !== undefined && hasEnded(manifest.status))
      throw new Error('the run ended before the fault: it has too few calls');
    return manifest;
  };
  const stored = () => bus.results.jobIds(runId).catch(() => new Set<string>());
  const lengthOfLog = async (): Promise<number> => {
    const { state } = await (await jetstreamManager(connection)).streams.info('EVENTS', {
      subjects_filter: `events.v1.${runId}`,
    });
    return state.subjects?.[`events.v1.${runId}`] ?? 0;
  };
  const holder = async (): Promise<string | undefined> => {
    const manager = await jetstreamManager(connection);
    const subject = `$KV.leases.${runLease(runId)}`;
    const message = await manager.streams.getMessage('KV_leases', { last_by_subj: subject }).catch(() => undefined);
    if (message === undefined || message === null || message.data.length === 0) return undefined;
    return message.json<{ holder: string }>().holder;
  };
  const memberHolding = async (): Promise<Member | undefined> => {
    const name = await holder();
    return cluster.of('coordinator').find((member) => member.name === name);
  };
  return {
    ...{ runId, cluster },
    async untilCalls(more) {
      const from = cluster.served.length;
      while (cluster.served.length < from + more) await goingOn();
    },
    inHand: () => bus.jobs.outstanding(runId),
    async untilAnswered(jobIds) {
      for (;;) {
        const there = await stored();
        if ([...jobIds].every((jobId) => there.has(jobId))) return;
        await soon();
      }
    },
    async untilResult() {
      const { size } = await stored();
      while ((await stored()).size <= size) await soon();
    },
    async untilLogged() {
      const length = await lengthOfLog();
      while ((await lengthOfLog()) <= length) await soon();
    },
    async leader() {
      for (;;) {
        const member = await memberHolding();
        if (member !== undefined) return member;
        await soon();
      }
    },
    async untilLedByAnother(than) {
      for (;;) {
        const member = await memberHolding();
        if (member !== undefined && member.name !== than.name) return member;
        await soon();
      }
    },
    recovered: (fault, what, fromMs) => noteRecovery(fault, what, (performance.now() - fromMs) / 1_000),
  };
}

/** One line for each measurement, for scripts/reliability. */
export async function noteRecovery(fault: number, what: string, seconds: number): Promise<void> {
  console.info(`fault ${fault}, ${what}: ${seconds.toFixed(2)} s`);
  const file = process.env.SCALE_CHAOS_TIMES;
  if (file !== undefined) await appendFile(file, `${JSON.stringify({ fault, what, seconds })}\n`);
}

const opened: FaultRuns[] = [];
afterAll(async () => {
  await Promise.all(opened.map((runs) => runs[Symbol.asyncDispose]()));
});

/** As openFaultRuns, and it ends with the test file. */
export async function faultRunsOfFile(settings?: FaultRunSettings): Promise<FaultRuns> {
  const runs = await openFaultRuns(settings);
  opened.push(runs);
  return runs;
}
