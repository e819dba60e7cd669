import { afterAll, expect, test } from 'vitest';
import { evaluationMethods } from '../../services/domain/evaluation/registry.ts';
import { applyEvent } from '../../services/domain/run/apply/apply-event.ts';
import type { RunState } from '../../services/domain/run/state.ts';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { addToRegistry } from '../support/add-to-registry.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { medianOfParentAndFewShot as added } from '../unit/domain/replay/median-of-parent-and-few-shot.ts';
import { completed, startCluster } from './made-up-cluster.ts';
import { benchmark, configuration } from './made-up-work.ts';

// What the one line in the registry does.
afterAll(addToRegistry(evaluationMethods, added.name, added));

test('a method of one file and one registry line runs live: coordinator, bus, workers and log need to know nothing new', () =>
  inVirtualTime(async (timing) => {
    const server = createInMemoryServer({ ackWaitMs: 400, leaseTtlMs: 300, timing });
    const cluster = startCluster(server, timing);
    const settings = configuration(3);
    const evaluation = { ...settings.evaluation, method: added.name, warmUpRounds: 1 };
    const { runId } = await cluster.handlers.startRun({
      configuration: configurationToProto({ ...settings, search: { ...settings.search, maxRounds: 5 }, evaluation }),
      benchmark: benchmarkToProto(benchmark),
      endpoints: [],
      maxInFlight: 0,
      simulated: true,
    });
    const log = await completed(server.connect(), runId);
    await cluster.stop();
    const { rounds } = log.reduce<RunState | undefined>(applyEvent, undefined) as RunState;
    const scored = rounds.slice(1).filter(({ evaluation: own }) => own !== undefined);
    expect(scored.length).toBeGreaterThan(1);
    for (const { evaluation: own, parentRound } of scored) {
      const parent = rounds[parentRound - 1]?.evaluation?.score as number;
      expect(own).toMatchObject({ method: added.name, executions: 4 });
      expect(own?.score).toBeCloseTo((parent + (own?.fewShot ?? Number.NaN)) / 2, 12);
    }
  }));
