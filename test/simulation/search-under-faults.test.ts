import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createControlHandlers } from '../../services/coordinator/control-handlers.ts';
import { startCoordinator } from '../../services/coordinator/coordinator.ts';
import { openRunLog } from '../../services/coordinator/run-log.ts';
import type { Random } from '../../services/domain/ports.ts';
import { randomInteger, randomStream } from '../../services/domain/random.ts';
import type { RunConfiguration } from '../../services/domain/run/configuration.ts';
import type { CallAttempt } from '../../services/domain/run/ledger/call-attempt.ts';
import { createSpentTally, spentBeside } from '../../services/domain/run/ledger/spent.ts';
import { totalUse } from '../../services/domain/run/ledger/totals.ts';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import { runIdOf } from '../../services/shared/contracts/run-id.ts';
import { callAttemptFromProto } from '../../services/shared/contracts/spending-codec.ts';
import { systemTiming } from '../../services/shared/lifecycle/timing.ts';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import { BusError, LogConflictError } from '../../services/shared/messaging/errors.ts';
import { createInMemoryServer, type InMemoryServer } from '../../services/shared/messaging/in-memory-bus.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import {
  benchmark,
  configuration,
  createMadeUpWork,
  queryLevelConfiguration,
  type Served,
  type Started,
} from './made-up-work.ts';

const never = new AbortController().signal;
const logger = createLogger({ service: 'simulation', version: '0', level: 'silent' });
const ackWaitMs = 400;
const leaseTtlMs = 300;

/** A process that can be killed: from then on, nothing it does reaches the server. */
interface Process {
  kill(): Promise<void>;
}

function startCoordinatorProcess(
  server: InMemoryServer,
  name: string,
  bus = server.connect(),
): Process & { readonly bus: Bus; start(settings: RunConfiguration): Promise<string> } {
  const coordinator = startCoordinator({ name, resume: 'all', maxInFlight: 100, reconcileMs: 200 }, bus, logger);
  const handlers = createControlHandlers(bus, coordinator, systemTiming);
  return {
    bus,
    async start(settings) {
      const { runId } = await handlers.startRun({
        configuration: configurationToProto(settings),
        benchmark: benchmarkToProto(benchmark),
        endpoints: [],
        maxInFlight: 0,
        simulated: true,
      });
      return runId;
    },
    async kill() {
      await bus.close();
      await coordinator.stop();
    },
  };
}

function startWorkerProcess(
  server: InMemoryServer,
  name: string,
  random: Random,
  started: (work: Started) => void,
  served?: (call: Served) => void,
): Process {
  const bus = server.connect();
  const work = createMadeUpWork(name, () => sleep(randomInteger(random, 6)), started, served);
  const worker = startWorker(
    { name, kinds: ['execute', 'predict', 'propose'], slots: 4, ackWaitMs, drainMs: 0 },
    { bus, work, timing: systemTiming, logger },
  );
  return {
    async kill() {
      await bus.close();
      await worker.drain();
    },
  };
}

async function readLog(bus: Bus, runId: string): Promise<string[]> {
  const entries: string[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, AbortSignal.timeout(5000))) {
    entries.push(Buffer.from(entry).toString('hex'));
  }
  return entries;
}

async function untilCompleted(bus: Bus, runId: string): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  for await (const manifest of bus.runs.watch(signal)) {
    if (manifest.runId === runId && manifest.status === RunStatus.COMPLETED) return;
  }
  throw new Error(`run ${runId} did not complete`);
}

async function runUndisturbed(settings: RunConfiguration, workers: number): Promise<string[]> {
  const server = createInMemoryServer({ ackWaitMs, leaseTtlMs });
  const random = randomStream(settings.seed, 'pauses');
  const coordinator = startCoordinatorProcess(server, 'coordinator');
  const processes = Array.from({ length: workers }, (_, index) =>
    startWorkerProcess(server, `worker-${index}`, random, () => undefined),
  );
  const runId = await coordinator.start(settings);
  await untilCompleted(coordinator.bus, runId);
  const log = await readLog(coordinator.bus, runId);
  await Promise.all([coordinator.kill(), ...processes.map((process) => process.kill())]);
  return log;
}

/** Whatever died: what was charged was answered once, and each token that the model's server counted is on one of the accounts. */
async function expectAccounts(bus: Bus, runId: string, served: readonly Served[]): Promise<void> {
  const state = (await openRunLog(bus, runId, never)).state();
  const tally = createSpentTally();
  const ends = new Map<string, CallAttempt>();
  for await (const { note } of bus.spending.read(runId, { after: 0, follow: false }, never)) {
    for (const attempt of note.attempts.map(callAttemptFromProto)) {
      tally.add(attempt);
      if (attempt.state !== 'begun' || !ends.has(attempt.attemptId)) ends.set(attempt.attemptId, attempt);
    }
  }
  const spent = tally.spent(true);
  const charged = totalUse(state?.ledger ?? []).tokens;
  expect(spentBeside(charged, spent).unlogged, 'answers that the log does not hold').toBe(0);
  const lost = served.filter(({ attemptId }) => ends.get(attemptId)?.state === 'begun');
  const servedTokens = (calls: readonly Served[]): number => calls.reduce((sum, { tokens }) => sum + tokens, 0);
  expect(spent.lost.calls).toBe(lost.length);
  expect(charged + spent.answeredAgain.tokens + servedTokens(lost)).toBe(servedTokens(served));
}

describe('a search over the bus', () => {
  it('writes the same log, byte for byte, with 1, 2 and 4 workers', async () => {
    const [one, two, four] = await Promise.all([1, 2, 4].map((workers) => runUndisturbed(configuration(7), workers)));
    expect(one?.length).toBeGreaterThan(30);
    const events = (one ?? []).map((entry) => decodeEvent(Buffer.from(entry, 'hex')).event);
    expect(events.some((event) => event.kind === 'canary-completed' && event.outcome.failure !== undefined)).toBe(true);
    expect(events.some((event) => event.kind === 'canary-completed' && event.outcome.failure === undefined)).toBe(true);
    expect(events.some((event) => event.kind === 'final-executions-completed')).toBe(true);
    expect(two).toEqual(one);
    expect(four).toEqual(one);
  });

  it('does so when it writes a workflow for each query', async () => {
    const [one, two, four] = await Promise.all([1, 2, 4].map((workers) => runUndisturbed(queryLevelConfiguration(7), workers)));
    const events = (one ?? []).map((entry) => decodeEvent(Buffer.from(entry, 'hex')).event);
    const proposals = events.filter((event) => event.kind === 'query-workflow-proposed');
    expect(proposals.length).toBeGreaterThan(benchmark.queries.length);
    expect(events.at(-1)).toMatchObject({ kind: 'run-completed' });
    expect(two).toEqual(one);
    expect(four).toEqual(one);
  });

  it('does so when appends fail: before they were written, after, or because another coordinator seems to have written', async () => {
    const settings = configuration(9);
    const expected = await runUndisturbed(settings, 2);
    const server = createInMemoryServer({ ackWaitMs: 60_000, leaseTtlMs });
    const random = randomStream(9, 'appends');
    const starts = new Map<string, number>();
    const faults: string[] = [];
    // Each fault costs a pause before the next attempt, which grows.
    const kinds = ['unwritten', 'unacknowledged', 'conflict', 'unacknowledged'];
    const bus = server.connect();
    const append: Bus['log']['append'] = async (runId, entry, last) => {
      const fault = randomInteger(random, 8) === 0 ? kinds[faults.length] : undefined;
      if (fault !== undefined) faults.push(fault);
      if (fault === 'conflict') throw new LogConflictError('append');
      if (fault === 'unwritten') throw new BusError('append', 'the server did not answer in time');
      const sequence = await bus.log.append(runId, entry, last);
      if (fault === 'unacknowledged') throw new BusError('append', 'the server did not answer in time');
      return sequence;
    };
    const coordinator = startCoordinatorProcess(server, 'coordinator', { ...bus, log: { ...bus.log, append } });
    const workers = [0, 1].map((index) =>
      startWorkerProcess(server, `worker-${index}`, random, ({ jobId }) => starts.set(jobId, (starts.get(jobId) ?? 0) + 1)),
    );
    const runId = await coordinator.start(settings);
    await untilCompleted(bus, runId);
    const log = await readLog(bus, runId);
    await Promise.all([coordinator.kill(), ...workers.map((worker) => worker.kill())]);
    expect(faults).toEqual(kinds);
    expect(log).toEqual(expected);
    expect([...starts].filter(([, count]) => count > 1)).toEqual([]);
  });

  const settingsOf = (seed: number) => [`search, seed ${seed}`, configuration(seed), 100] as const;
  it.each([
    ...[1, 2, 3, 4, 5, 6].map(settingsOf),
    ...[7, 8].map((seed) => [`query-level run, seed ${seed}`, queryLevelConfiguration(seed), 80] as const),
  ])(
    'ends with the same log when processes are killed at random and jobs delivered twice (%s)',
    async (_, settings, fewestJobs) => {
      const { seed } = settings;
      const expected = await runUndisturbed(settings, 2);
      const server = createInMemoryServer({ ackWaitMs, leaseTtlMs });
      const random = randomStream(seed, 'faults');
      const startedJobs = new Set<string>();
      const observer = server.connect();
      const runId = runIdOf(settings);
      const stored = new Set<string>();
      // What was finished when something was killed; none of it may be started again.
      const finishedBefore = new Set<string>();
      const again: string[] = [];
      const servedCalls: Served[] = [];
      const served = (call: Served): void => void servedCalls.push(call);
      const started = ({ jobId }: Started): void => {
        startedJobs.add(jobId);
        if (finishedBefore.has(jobId)) again.push(jobId);
      };
      const stopFollowing = new AbortController();
      const following = (async () => {
        for await (const result of observer.results.follow(runId, stopFollowing.signal)) stored.add(result.jobId);
      })();

      let coordinator = startCoordinatorProcess(server, 'coordinator-0');
      let workers = [0, 1].map((index) => startWorkerProcess(server, `worker-${index}`, random, started, served));
      await coordinator.start(settings);
      const completed = untilCompleted(observer, runId);
      let ended = false;
      completed.then(
        () => {
          ended = true;
        },
        () => undefined,
      );
      for (let fault = 1; !ended && fault <= 12; fault += 1) {
        await sleep(20 + randomInteger(random, 60));
        for (const jobId of stored) finishedBefore.add(jobId);
        const kind = randomInteger(random, 3);
        if (kind === 0) {
          await coordinator.kill();
          coordinator = startCoordinatorProcess(server, `coordinator-${fault}`);
        } else if (kind === 1) {
          const [first, ...others] = workers;
          await first?.kill();
          workers = [...others, startWorkerProcess(server, `worker-${fault + 1}`, random, started, served)];
        } else server.redeliver(runId);
      }
      await completed;
      const log = await readLog(observer, runId);
      await expectAccounts(observer, runId, servedCalls);
      stopFollowing.abort();
      await following.catch(() => undefined);
      await Promise.all([coordinator.kill(), ...workers.map((worker) => worker.kill())]);
      expect(log).toEqual(expected);
      expect(again, 'finished jobs that were started again').toEqual([]);
      expect(startedJobs.size).toBeGreaterThan(fewestJobs);
    },
  );
});
