import { expect, test } from 'vitest';
import type { RunEvent } from '../../services/domain/run/event.ts';
import { mostRowsRecalled } from '../../services/domain/run/memory.ts';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { RunStatus } from '../../services/shared/contracts/generated/scale/v1/control.ts';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { completed, startCluster } from './made-up-cluster.ts';
import { benchmark, configuration } from './made-up-work.ts';

function requestOf(seed: number, memory: boolean, simulated = true) {
  const settings = configuration(seed);
  const evaluation = { ...settings.evaluation, method: 'rasch', warmUpRounds: 0 };
  const search = { ...settings.search, maxRounds: 4, ...(memory && { memory }) };
  return {
    configuration: configurationToProto({ ...settings, search, evaluation }),
    benchmark: benchmarkToProto(benchmark),
    endpoints: [],
    maxInFlight: 0,
    simulated,
  };
}

function recalledIn(events: readonly RunEvent[]) {
  return events.find((event) => event.kind === 'memory-recalled');
}

test('a run that has ended is remembered by the next one, on a cluster that was ended in between', () =>
  inVirtualTime(async (timing) => {
    const server = createInMemoryServer({ ackWaitMs: 400, leaseTtlMs: 300, timing });
    const observer = server.connect();
    const first = startCluster(server, timing);
    const { runId, memory } = await first.handlers.startRun(requestOf(1, true));
    expect(memory).toBeUndefined();
    expect(recalledIn(await completed(observer, runId))?.rows).toEqual([]);
    await first.stop();

    const second = startCluster(server, timing);
    const next = await second.handlers.startRun(requestOf(2, true));
    expect(next.memory).toMatchObject({ runs: 1 });
    const rows = recalledIn(await completed(observer, next.runId))?.rows ?? [];
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.length).toBeLessThanOrEqual(mostRowsRecalled);
    expect(new Set(rows.map((row) => row.runId))).toEqual(new Set([runId]));
    expect(rows[0]).toMatchObject({ model: 'executor', method: 'rasch', simulated: true });

    // Neither to a run of real models, nor to one that has it off.
    const real = await second.handlers.startRun(requestOf(3, true, false));
    expect(real.memory).toBeUndefined();
    expect(recalledIn(await completed(observer, real.runId))?.rows).toEqual([]);
    const off = await second.handlers.startRun(requestOf(4, false));
    expect(recalledIn(await completed(observer, off.runId))).toBeUndefined();

    const { kept } = await second.handlers.listMemory();
    expect(kept.map(({ memory: one }) => one?.runId)).toEqual([off.runId, real.runId, next.runId, runId]);
    expect(await second.handlers.forgetMemory([runId, 'nobody'])).toEqual({ runIds: [runId] });
    await second.stop();
  }));

test('a coordinator that is killed when its run has just ended leaves it to the next one to remember', () =>
  inVirtualTime(async (timing) => {
    const server = createInMemoryServer({ ackWaitMs: 400, leaseTtlMs: 300, timing });
    const observer = server.connect();
    const bus = server.connect();
    const reached = Promise.withResolvers<void>();
    const memory: Bus['memory'] = {
      ...bus.memory,
      keep: () => {
        reached.resolve();
        return new Promise(() => undefined);
      },
    };
    const first = startCluster(server, timing, { ...bus, memory });
    const { runId } = await first.handlers.startRun(requestOf(1, false));
    await reached.promise;
    expect((await observer.runs.get(runId))?.status).toBe(RunStatus.RUNNING);
    expect(await observer.memory.list()).toEqual([]);
    void first.stop();

    const second = startCluster(server, timing);
    await completed(observer, runId);
    expect((await observer.memory.list()).map((kept) => kept.memory.runId)).toEqual([runId]);
    await second.stop();
  }));
