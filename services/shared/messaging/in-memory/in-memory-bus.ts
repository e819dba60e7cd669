import { decodeJob } from '../../contracts/job-codec.ts';
import { systemTiming, type Timing } from '../../lifecycle/timing.ts';
import type { Bus } from '../bus.ts';
import { blobsOfJob, blobsOfRun, blobsOfSweep } from '../references.ts';
import { budgetTables, slotTables } from '../table-kinds.ts';
import { createInMemoryAudit } from './in-memory-audit-store.ts';
import { createInMemoryBlobs } from './in-memory-blob-store.ts';
import { createInMemoryTroubles, createInMemoryWorkers } from './in-memory-boards.ts';
import { createInMemoryJournal } from './in-memory-call-journal.ts';
import { type CutOffLeader, cutOffLeader } from './in-memory-cut-off.ts';
import { createInMemoryDeadLetters } from './in-memory-dead-letters.ts';
import { createInMemoryLogs, createInMemorySweepLogs } from './in-memory-event-log.ts';
import { createInMemoryJobs } from './in-memory-job-queue.ts';
import { createInMemoryLeases } from './in-memory-lease-store.ts';
import { createInMemoryMemory } from './in-memory-memory-store.ts';
import { type CacheLimits, createInMemoryResponses } from './in-memory-response-store.ts';
import { createInMemoryResults } from './in-memory-result-store.ts';
import { createInMemoryRuns } from './in-memory-run-registry.ts';
import { createInMemorySpending } from './in-memory-spending-store.ts';
import { createInMemoryTables } from './in-memory-tables.ts';
import { createInMemoryTalks } from './in-memory-talks.ts';
import { type Client, createWorld, requireOpen } from './in-memory-world.ts';

export interface InMemoryServerSettings {
  readonly ackWaitMs?: number;
  readonly leaseTtlMs?: number;
  /** One server, or a cluster of three with three replicas of everything. Default: 1. */
  readonly nodes?: 1 | 3;
  /** How long a write waits for a leader. Default: 30 s. */
  readonly deadlineMs?: number;
  readonly timing?: Timing;
  readonly cache?: CacheLimits;
}

/** The bus without a server, for simulation and tests: the same contract, in one process, on any clock. */
export interface InMemoryServer {
  /** Another client of the same server. Closing it leaves the server as it is. */
  connect(): Bus;
  /** Delivers the run's jobs in progress once more, as a lost acknowledgement would; returns how many. */
  redeliver(runId: string): number;
  /** Loses everything stored, like a server whose disk was wiped. */
  wipe(): void;
  /**
   * As a server does that was killed and is back: what it had acknowledged is there, but it has forgotten what it had delivered,
   * and to whom.
   */
  restart(): void;
  /**
   * As in a cluster of three whose leader is cut off from the other two and does not know it yet: they go on under a new leader
   * while its own clients read what was there at the cut, are given jobs that the others are given too, and have nothing stored.
   */
  cutOffLeader(): CutOffLeader;
}

export function createInMemoryServer(settings: InMemoryServerSettings = {}): InMemoryServer {
  const { timing = systemTiming, deadlineMs = 30_000 } = settings;
  const { world, jobs, connect, wipe } = createStore(settings, timing);
  return {
    connect,
    redeliver: jobs.redeliver,
    restart: jobs.forgetDeliveries,
    wipe,
    cutOffLeader() {
      const minority = createStore(settings, timing);
      minority.world.copyFrom(world);
      return cutOffLeader({ connect, jobs }, minority, { timing, deadlineMs });
    },
  };
}

function createStore(settings: InMemoryServerSettings, timing: Timing) {
  const { ackWaitMs = 30_000, leaseTtlMs = 10_000, nodes = 1 } = settings;
  const world = createWorld(timing);
  const jobs = createInMemoryJobs(world, { ackWaitMs, inCluster: nodes > 1 });
  const results = createInMemoryResults(world);
  const log = createInMemoryLogs(world);
  const sweeps = createInMemorySweepLogs(world);
  const journal = createInMemoryJournal(world);
  const spending = createInMemorySpending(world);
  const runs = createInMemoryRuns(world);
  const leases = createInMemoryLeases(world, leaseTtlMs);
  const slots = createInMemoryTables(world, slotTables);
  const budgets = createInMemoryTables(world, budgetTables);
  const deadLetters = createInMemoryDeadLetters(world);
  const audit = createInMemoryAudit(world);
  const memory = createInMemoryMemory(world);
  const responses = createInMemoryResponses(world, settings.cache);
  const blobs = createInMemoryBlobs(
    world,
    () =>
      new Set([
        ...runs.manifests().flatMap(blobsOfRun),
        ...jobs.queued().map(decodeJob).flatMap(blobsOfJob),
        ...sweeps.entries().flatMap((entries) => blobsOfSweep(entries.map(({ entry }) => entry))),
      ]),
  );
  const troubles = createInMemoryTroubles(world);
  const workers = createInMemoryWorkers(world);
  const talks = createInMemoryTalks(world);
  return {
    world,
    jobs,
    connect(): Bus {
      const client: Client = { closed: false };
      return {
        jobs: jobs.open(client),
        results: results.open(client),
        log: log.open(client),
        sweeps: sweeps.open(client),
        journal: journal.open(client),
        spending: spending.open(client),
        blobs: blobs.open(client),
        runs: runs.open(client),
        leases: leases.open(client),
        slots: slots.open(client),
        deadLetters: deadLetters.open(client),
        audit: audit.open(client),
        budgets: budgets.open(client),
        memory: memory.open(client),
        responses: responses.open(client),
        troubles,
        workers,
        talks: talks.open(client),
        async removeRun(runId) {
          requireOpen(client, `delete run ${runId}`);
          for (const part of [log, results, journal, spending, deadLetters, memory, runs]) part.remove(runId);
        },
        check: async () => requireOpen(client, 'check'),
        trouble: () => undefined,
        link: () => ({ isUp: !client.closed, reconnects: 0, serverVersion: '' }),
        async now() {
          requireOpen(client, "ask for the server's time");
          return timing.wallMs();
        },
        fill: async () => [],
        forbidden: () => undefined,
        onRemade: world.onRemade,
        close: async () => {
          client.closed = true;
          world.ringAll();
        },
      };
    },
    wipe(): void {
      for (const part of [
        jobs,
        results,
        log,
        sweeps,
        journal,
        spending,
        blobs,
        runs,
        leases,
        slots,
        budgets,
        deadLetters,
        audit,
        memory,
        responses,
      ])
        part.wipe();
      world.remake();
    },
  };
}
