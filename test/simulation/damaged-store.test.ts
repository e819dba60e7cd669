import { expect, test } from 'vitest';
import { benchmarkToProto } from '../../services/shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../services/shared/contracts/configuration-codec.ts';
import { encodeEvent } from '../../services/shared/contracts/event-codec.ts';
import { runIdOf } from '../../services/shared/contracts/run-id.ts';
import { createInMemoryServer } from '../../services/shared/messaging/in-memory/in-memory-bus.ts';
import { inVirtualTime } from '../support/virtual-clock.ts';
import { completed, startCluster } from './made-up-cluster.ts';
import { benchmark, configuration } from './made-up-work.ts';

test('a run that goes on says how many results of its log the store has lost, and one that lost none says nothing', () =>
  inVirtualTime(async (timing) => {
    const settings = configuration(5);
    const request = {
      configuration: configurationToProto(settings),
      benchmark: benchmarkToProto(benchmark),
      endpoints: [],
      maxInFlight: 0,
      simulated: true,
    };
    const runId = runIdOf(settings);
    const first = createInMemoryServer({ ackWaitMs: 60_000, timing });
    const cluster = startCluster(first, timing);
    await cluster.handlers.startRun(request);
    const log = await completed(first.connect(), runId);
    await cluster.stop();

    // The same run in another store that has the log up to the first executions, and all of their results but three.
    const second = createInMemoryServer({ ackWaitMs: 60_000, timing });
    const [from, bus] = [first.connect(), second.connect()];
    const end = 1 + log.findIndex(({ kind }) => kind === 'executions-completed');
    let last = 0;
    for (const event of log.slice(0, end)) last = await bus.log.append(runId, encodeEvent(runId, event), last);
    const done = log.slice(0, end).flatMap((event) => (event.kind === 'executions-completed' ? event.outcomes : []));
    expect(done.length).toBeGreaterThan(10);
    const logged = [...(await from.results.jobIds(runId))].filter((jobId) =>
      done.some(({ queryIndex, repeat }) => jobId.startsWith('execute-') && jobId.endsWith(`-${queryIndex}-${repeat}`)),
    );
    const hashOfFirst = logged[0]?.split('-')[1];
    const ofFirst = logged.filter((jobId) => jobId.split('-')[1] === hashOfFirst);
    for (const jobId of ofFirst.slice(3)) {
      const result = await from.results.get(runId, jobId);
      if (result) await bus.results.put(result);
    }
    const goingOn = startCluster(second, timing);
    await goingOn.handlers.startRun(request);
    expect(await goingOn.handlers.startRun(request)).toMatchObject({ continued: true, missingResults: 3 });
    expect(await completed(bus, runId)).toEqual(log);
    await goingOn.stop();
  }));
