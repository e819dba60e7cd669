import { expect, test } from 'vitest';
import { createControlHandlers } from '../../services/coordinator/control/control-handlers.ts';
import { createDeadLetterHandlers, type DeadLetterHandlers } from '../../services/coordinator/control/dead-letter-handlers.ts';
import { startCoordinator } from '../../services/coordinator/coordinator.ts';
import type { FailureKind } from '../../services/domain/failure.ts';
import type { RunConfiguration } from '../../services/domain/run/configuration.ts';
import type { RunEvent } from '../../services/domain/run/event.ts';
import { firstJobId, triesOf } from '../../services/domain/run/job-id.ts';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { decodeEvent, encodeEvent } from '../../services/shared/contracts/event-codec.ts';
import { type RunManifest, RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Timing } from '../../services/shared/lifecycle/timing.ts';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import type { JobWork } from '../../services/shared/worker/job-work.ts';
import { startWorker } from '../../services/shared/worker/worker.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { benchmark, configuration, createMadeUpWork } from './made-up-work.ts';

const logger = createLogger({ service: 'simulation', version: '0', level: 'silent' });
const never = new AbortController().signal;

const settings: RunConfiguration = { ...configuration(3), search: { ...configuration(3).search, canary: false, maxRounds: 4 } };

/** Which executions are lost, and for what reason: by query, and by how often the job was issued again. */
type Loss = (queryIndex: number, tries: number) => FailureKind | undefined;

/** The made-up work, but some executions end as the infrastructure lets them. */
function lossyWork(work: JobWork, loss: Loss): JobWork {
  return async (context) => {
    const { job } = context;
    const kind = job.work?.$case === 'execute' ? loss(job.work.value.queryIndex, triesOf(job.jobId)) : undefined;
    const done = await work({ ...context, job: { ...job, jobId: firstJobId(job.jobId) } });
    if (kind === undefined) return done;
    const failure = { kind, message: `lost by ${kind}`, step: '' };
    const value = { answer: '', extracted: '', score: 0, otherScores: {}, failure };
    return { ...done, outcome: { $case: 'execution', value } };
  };
}

interface HeldCluster {
  readonly bus: Bus;
  restart(): Promise<void>;
  letters(): DeadLetterHandlers;
}

/** @param onHeld called each time the run has paused itself; it resumes the run, or ends the wait */
async function run(
  timing: Timing,
  loss: Loss,
  onHeld: (held: RunManifest, again: () => Promise<unknown>, cluster: HeldCluster) => Promise<boolean>,
  failureShare?: number,
) {
  const server = createInMemoryServer({ ackWaitMs: 60_000, timing });
  const bus = server.connect();
  const start = () =>
    startCoordinator({ name: 'c', resume: 'all', maxInFlight: 100, reconcileMs: 300 }, server.connect(), logger, timing);
  let coordinator = start();
  let handlers = createControlHandlers(bus, coordinator, timing);
  const work = lossyWork(
    createMadeUpWork(
      'w',
      () => timing.sleep(1, never),
      () => undefined,
    ),
    loss,
  );
  const worker = startWorker(
    { name: 'w', kinds: ['execute', 'predict', 'propose'], slots: 8, ackWaitMs: 60_000, drainMs: 0 },
    { bus: server.connect(), work, timing, logger },
  );
  const { runId } = await handlers.startRun({
    configuration: configurationToProto(settings),
    benchmark: benchmarkToProto(benchmark),
    endpoints: [],
    maxInFlight: 0,
    simulated: true,
    ...(failureShare !== undefined && { failureShare }),
  });
  const restart = async () => {
    await coordinator.stop();
    coordinator = start();
    handlers = createControlHandlers(bus, coordinator, timing);
  };
  const holds: string[] = [];
  let ended: RunManifest | undefined;
  for await (const manifest of bus.runs.watch(never)) {
    if (manifest.status === RunStatus.PAUSED && manifest.needsPerson) {
      holds.push(manifest.pauseReason);
      if (
        await onHeld(manifest, () => handlers.resumeRun(runId), {
          bus,
          restart,
          letters: () => createDeadLetterHandlers(bus, coordinator),
        })
      )
        continue;
    }
    ended = manifest;
    if (manifest.status !== RunStatus.RUNNING) break;
  }
  const events: RunEvent[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) events.push(decodeEvent(entry).event);
  const executions: unknown[] = [];
  const [first] = events.flatMap((event) => (event.kind === 'workflow-proposed' ? [event.workflowHash] : []));
  for await (const { result } of handlers.listExecutions({ runId, workflowHash: first ?? '' }, never)) {
    executions.push(result?.outcome?.$case === 'execution' ? result.outcome.value.failure?.kind : undefined);
  }
  await Promise.all([coordinator.stop(), worker.drain()]);
  const log = events.map((event) => Buffer.from(encodeEvent(runId, event)).toString('hex'));
  return { holds, ended, events, log, executions };
}

const resumes = async (_: RunManifest, again: () => Promise<unknown>): Promise<boolean> => {
  await again();
  return true;
};

test('a run that loses a third of its executions pauses itself with a reason; resumed, it ends with the log of one that lost nothing', () =>
  inVirtualTime(async (timing) => {
    const undisturbed = await run(timing, () => undefined, resumes);
    expect(undisturbed.holds).toEqual([]);
    const lost = await run(timing, (query, tries) => (query % 3 === 0 && tries === 0 ? 'unavailable' : undefined), resumes);
    expect(lost.holds.length).toBeGreaterThan(0);
    expect(lost.holds[0]).toMatch(
      /^11 of the last 32 executions \(34 %\) failed for reasons .* 20 % that failure_share allows: 11 × unavailable \(lost by/,
    );
    expect(lost.ended?.status).toBe(RunStatus.COMPLETED);
    expect(lost.log).toEqual(undisturbed.log);
    // What people look at afterwards is what counted.
    expect(new Set(lost.executions)).toEqual(new Set([undefined]));
  }));

test('one that loses them again waits for a person again, also under another coordinator', () =>
  inVirtualTime(async (timing) => {
    const undisturbed = await run(timing, () => undefined, resumes);
    const lost = await run(
      timing,
      (query, tries) => (query % 2 === 0 && tries < 2 ? 'poison' : undefined),
      async (_, again, { restart }) => {
        await restart();
        await again();
        return true;
      },
    );
    expect(lost.holds.length).toBeGreaterThanOrEqual(2);
    expect(lost.log).toEqual(undisturbed.log);
  }));

test('a few that are lost hold nothing: each score says on how many queries it stands, and none of them counts as 0', () =>
  inVirtualTime(async (timing) => {
    const { holds, ended, events } = await run(timing, (query) => (query < 2 ? 'poison' : undefined), resumes);
    expect(holds).toEqual([]);
    expect(ended?.status).toBe(RunStatus.COMPLETED);
    const outcomes = events.flatMap((event) =>
      event.kind === 'executions-completed' && event.round === 1 ? event.outcomes : [],
    );
    const counted = outcomes.filter(({ failure }) => failure === undefined);
    const evaluation = events.find((event) => event.kind === 'round-completed' && event.round === 1);
    expect(outcomes).toHaveLength(40);
    expect(counted).toHaveLength(38);
    const mean = counted.reduce((sum, { score }) => sum + score, 0) / 38;
    expect(evaluation).toMatchObject({ evaluation: { executions: 38, score: expect.closeTo(mean, 12) } });
  }));

test('with failure_share 1 nothing is held, and a run without any result fails instead of naming a best workflow', () =>
  inVirtualTime(async (timing) => {
    const { holds, ended, events } = await run(timing, () => 'unavailable', resumes, 1);
    expect(holds).toEqual([]);
    expect(ended?.status).toBe(RunStatus.FAILED);
    expect(events.at(-1)).toMatchObject({ kind: 'run-failed', failure: { kind: 'no-result' } });
  }));

test('without one result of the first workflow a run waits, however few its queries are', () =>
  inVirtualTime(async (timing) => {
    const { holds, ended } = await run(
      timing,
      () => 'malformed-reply',
      async () => false,
    );
    expect(holds[0]).toContain('malformed-reply');
    expect(ended?.status).toBe(RunStatus.PAUSED);
  }));

test('a dead letter can be tried again while the log does not have its execution, and not after that', () =>
  inVirtualTime(async (timing) => {
    const refusals: unknown[] = [];
    const left: string[] = [];
    const refusal = (error: unknown): number => refusals.push((error as Error).message);
    const lost = await run(
      timing,
      // Two in the batch that enters the log, and the eight of the next one, which are too many.
      (query, tries) => (query >= 30 && tries === 0 ? 'poison' : undefined),
      async ({ runId }, _again, { bus, letters }) => {
        for (const jobId of await bus.results.jobIds(runId)) {
          const work = { workflowHash: 'h', queryIndex: 0, repeat: 0, workflowBlob: 'b' };
          const job = { schemaVersion: 1, runId, jobId, epoch: 1, timeLimitMs: 1, newUnder: '', bodies: [] };
          await bus.deadLetters.keep({ ...job, work: { $case: 'execute', value: work } }, 'it ended each worker');
        }
        const all = (await letters().listDeadLetters()).letters;
        const [dropped] = all;
        await letters().dropDeadLetter({ runId, jobId: dropped?.jobId ?? '' });
        left.push(...(await letters().listDeadLetters()).letters.map(({ jobId }) => jobId));
        expect(left).toEqual(all.slice(1).map(({ jobId }) => jobId));
        await expect(letters().dropDeadLetter({ runId, jobId: dropped?.jobId ?? '' })).rejects.toThrow('there is no dead letter');
        for (const { jobId } of all) await letters().retryDeadLetter({ runId, jobId }, never).catch(refusal);
        await letters().retryDeadLetter({ runId, jobId: 'execute-nothing-0-0' }, never).catch(refusal);
        return true;
      },
    );
    expect(lost.holds).toHaveLength(1);
    expect(lost.ended?.status).toBe(RunStatus.COMPLETED);
    const ofFirst = lost.events.flatMap((event) =>
      event.kind === 'executions-completed' && event.round === 1 ? event.outcomes : [],
    );
    expect(ofFirst.filter(({ failure }) => failure?.kind === 'poison').map(({ queryIndex }) => queryIndex)).toEqual([30, 31]);
    expect(refusals).toContain(
      'there is no dead letter of job execute-nothing-0-0 of run ' +
        `${lost.ended?.runId}; \`scale dead-letters list\` shows all`,
    );
    expect(
      refusals.filter((message) => /the log of run .* has it, counted in no score/.test(String(message))).length,
    ).toBeGreaterThan(0);
  }));
