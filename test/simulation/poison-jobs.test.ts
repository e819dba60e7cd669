import { expect, test } from 'vitest';
import { createControlHandlers } from '../../services/coordinator/control/control-handlers.ts';
import { startCoordinator } from '../../services/coordinator/coordinator.ts';
import type { RunConfiguration } from '../../services/domain/run/configuration.ts';
import type { RunEvent } from '../../services/domain/run/event.ts';
import { firstJobId } from '../../services/domain/run/job-id.ts';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import type { Job } from '../../services/shared/contracts/generated/scale/v1/job.ts';
import type { Timing } from '../../services/shared/lifecycle/timing.ts';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import { createInMemoryServer, type InMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { createLogger } from '../../services/shared/telemetry/logger.ts';
import { startWorker, type Worker } from '../../services/shared/worker/worker.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { completed } from './made-up-cluster.ts';
import { benchmark, configuration, createMadeUpWork } from './made-up-work.ts';

const logger = createLogger({ service: 'simulation', version: '0', level: 'silent' });
const never = new AbortController().signal;
const settings: RunConfiguration = { ...configuration(3), search: { ...configuration(3).search, canary: false, maxRounds: 2 } };
const isPoison = ({ work }: Job): boolean => work?.$case === 'execute' && work.value.queryIndex === 7 && work.value.round === 1;

interface Member {
  readonly bus: Bus;
  readonly worker: Worker;
}

/** @param begun hears of each job that a worker begins; one for which it returns true ends the worker's process */
async function run(
  timing: Timing,
  begun: (job: Job) => boolean,
  during: (cluster: {
    server: InMemoryServer;
    runId: string;
    members: Member[];
    replace(member: Member): Promise<void>;
  }) => Promise<void>,
) {
  const server = createInMemoryServer({ ackWaitMs: 400, leaseTtlMs: 5_000, timing });
  const bus = server.connect();
  const coordinator = startCoordinator({ name: 'c', resume: 'all', maxInFlight: 100, reconcileMs: 300 }, bus, logger, timing);
  const handlers = createControlHandlers(bus, coordinator, timing);
  const members: Member[] = [];
  const old: Member[] = [];
  let names = 0;
  const join = (): void => {
    names += 1;
    const memberBus = server.connect();
    const work = createMadeUpWork(
      `w${names}`,
      () => timing.sleep(20, never),
      () => undefined,
    );
    const worker = startWorker(
      { name: `w${names}`, kinds: ['execute', 'predict', 'propose'], slots: 8, ackWaitMs: 400, drainMs: 0 },
      {
        bus: memberBus,
        timing,
        logger,
        work: async (context) => {
          if (begun(context.job)) {
            // The process is gone: nothing that it still tries reaches the server.
            await memberBus.close();
            replaceDead();
            await timing.sleep(1_000_000, context.signal);
          }
          return await work({ ...context, job: { ...context.job, jobId: firstJobId(context.job.jobId) } });
        },
      },
    );
    const member = { bus: memberBus, worker };
    members.push(member);
    const replaceDead = (): void => {
      members.splice(members.indexOf(member), 1);
      old.push(member);
      timing.after(50, join);
    };
  };
  join();
  join();
  const replace = async (member: Member): Promise<void> => {
    members.splice(members.indexOf(member), 1);
    await member.worker.drain();
    join();
  };
  const { runId } = await handlers.startRun({
    configuration: configurationToProto(settings),
    benchmark: benchmarkToProto(benchmark),
    endpoints: [],
    maxInFlight: 0,
    simulated: true,
  });
  await during({ server, runId, members, replace });
  await completed(bus, runId);
  const events: RunEvent[] = [];
  for await (const { entry } of bus.log.read(runId, { after: 0, follow: false }, never)) events.push(decodeEvent(entry).event);
  const letters = await bus.deadLetters.list();
  await coordinator.stop();
  await Promise.all([...members, ...old].map(({ worker }) => worker.drain()));
  const failed = events.flatMap((event) =>
    event.kind === 'executions-completed'
      ? event.outcomes.flatMap(({ queryIndex, failure }) => (failure?.kind === 'poison' ? [{ queryIndex, failure }] : []))
      : [],
  );
  return { events, letters, failed };
}

test('a job that ends its worker is given up after three starts, as a failure and a dead letter; those that died with it are done', () =>
  inVirtualTime(async (timing) => {
    const starts = new Map<string, number>();
    const { letters, failed } = await run(
      timing,
      (job) => {
        starts.set(job.jobId, (starts.get(job.jobId) ?? 0) + 1);
        return isPoison(job);
      },
      async () => undefined,
    );
    expect(failed).toEqual([
      {
        queryIndex: 7,
        failure: { kind: 'poison', message: 'the job was begun 3 times, and each time its worker ended before it did' },
      },
    ]);
    expect(letters).toMatchObject([{ kind: 'execute', reason: 'poison', message: failed[0]?.failure.message }]);
    expect(starts.get(letters[0]?.jobId ?? '')).toBe(3);
    // Among them jobs that were in flight beside it at each crash.
    expect(Math.max(...[...starts].filter(([jobId]) => jobId !== letters[0]?.jobId).map(([, count]) => count))).toBeGreaterThan(
      1,
    );
  }));

test('workers that drain and lost acknowledgements make no job a poisonous one, however often', () =>
  inVirtualTime(async (timing) => {
    let begun = 0;
    const { letters, failed } = await run(
      timing,
      () => {
        begun += 1;
        return false;
      },
      async ({ server, runId, members, replace }) => {
        for (let turn = 0; turn < 30; turn += 1) {
          await timing.sleep(5, never);
          server.redeliver(runId);
          const [first] = members;
          if (first !== undefined) await replace(first);
        }
      },
    );
    expect(begun).toBeGreaterThan(100);
    expect([failed, letters]).toEqual([[], []]);
  }));
