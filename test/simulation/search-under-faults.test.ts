import { describe, expect, it } from 'vitest';
import { randomInteger, randomStream } from '../../services/domain/random.ts';
import type { RunConfiguration } from '../../services/domain/run/configuration.ts';
import { decodeEvent } from '../../services/shared/contracts/event-codec.ts';
import type { Bus } from '../../services/shared/messaging/bus.ts';
import { BusError, LogConflictError } from '../../services/shared/messaging/errors.ts';
import { calm, faultPlanOf, undisturbed } from './fault-plan.ts';
import type { MadeUpSearch } from './made-up-searches.ts';
import { benchmark, configuration, queryLevelConfiguration } from './made-up-work.ts';
import { type Plant, simulateSearch } from './simulated-search.ts';
import { readLog, violationsOf } from './violations-of.ts';

/** Searches of the size of real ones, on 40 queries; any-seed.test.ts has thousands of small ones. */
const searchOf = (settings: RunConfiguration): MadeUpSearch => ({
  name: `seed ${settings.seed}`,
  configuration: settings,
  benchmark,
});

async function logWith(settings: RunConfiguration, workers: number): Promise<string[]> {
  const plan = { ...undisturbed, seed: workers, workers, weather: { ...calm, latencyMs: 5 } };
  return await readLog(await simulateSearch(searchOf(settings), plan));
}

const eventsOf = (log: readonly string[]) => log.map((entry) => decodeEvent(Buffer.from(entry, 'hex')).event);

describe('a search over the bus', () => {
  it('writes the same log, byte for byte, with 1, 2 and 4 workers', async () => {
    const [one = [], two, four] = await Promise.all([1, 2, 4].map((workers) => logWith(configuration(7), workers)));
    expect(one.length).toBeGreaterThan(30);
    const events = eventsOf(one);
    expect(events.some((event) => event.kind === 'canary-completed' && event.outcome.failure !== undefined)).toBe(true);
    expect(events.some((event) => event.kind === 'canary-completed' && event.outcome.failure === undefined)).toBe(true);
    expect(events.some((event) => event.kind === 'final-executions-completed')).toBe(true);
    expect(two).toEqual(one);
    expect(four).toEqual(one);
  });

  it('does so when it writes a workflow for each query', async () => {
    const [one = [], two, four] = await Promise.all([1, 2, 4].map((workers) => logWith(queryLevelConfiguration(7), workers)));
    const events = eventsOf(one);
    expect(events.filter(({ kind }) => kind === 'query-workflow-proposed').length).toBeGreaterThan(benchmark.queries.length);
    expect(events.at(-1)).toMatchObject({ kind: 'run-completed' });
    expect(two).toEqual(one);
    expect(four).toEqual(one);
  });

  it('does so when appends fail: before they were written, after, or because another coordinator seems to have written', async () => {
    const search = searchOf(configuration(9));
    const random = randomStream(9, 'appends');
    const faults: string[] = [];
    const kinds = ['unwritten', 'unacknowledged', 'conflict', 'unacknowledged'];
    const failing: Plant = (bus) => {
      const append: Bus['log']['append'] = async (runId, entry, last) => {
        const fault = randomInteger(random, 8) === 0 ? kinds[faults.length] : undefined;
        if (fault !== undefined) faults.push(fault);
        if (fault === 'conflict') throw new LogConflictError('append');
        if (fault === 'unwritten') throw new BusError('append', 'the server did not answer in time');
        const sequence = await bus.log.append(runId, entry, last);
        if (fault === 'unacknowledged') throw new BusError('append', 'the server did not answer in time');
        return sequence;
      };
      return { ...bus, log: { ...bus.log, append } };
    };
    const run = await simulateSearch(search, { ...undisturbed, workers: 2 }, failing);
    expect(faults).toEqual(kinds);
    expect(await violationsOf(run, await logWith(search.configuration, 2))).toEqual([]);
    const calls = Map.groupBy(run.evidence.served, ({ jobId }) => jobId);
    expect([...calls].filter(([, served]) => served.length > 1)).toEqual([]);
  });

  it('does each job once where nothing goes wrong, however much longer than a heartbeat some of them take', async () => {
    const search = searchOf(configuration(3));
    const run = await simulateSearch(search, { ...undisturbed, workers: 2, weather: { ...calm, latencyMs: 5, slowJobs: 0.2 } });
    expect(await violationsOf(run, await logWith(search.configuration, 1))).toEqual([]);
    expect(run.evidence.served.length).toBe(run.evidence.published.size);
    expect(run.trace.filter((line) => line.includes(' heartbeat ')).length).toBeGreaterThan(20);
  });

  it.each([
    ...[1, 2, 3, 4, 5, 6].map((seed) => [`search, seed ${seed}`, configuration(seed), 100] as const),
    ...[7, 8].map((seed) => [`query-level run, seed ${seed}`, queryLevelConfiguration(seed), 80] as const),
  ])('ends with the same log whatever dies, is lost or comes twice (%s)', async (_, settings, fewestJobs) => {
    const search = searchOf(settings);
    const { steps, ...reference } = await simulateSearch(search, undisturbed);
    const run = await simulateSearch(search, faultPlanOf(settings.seed, steps));
    expect(await violationsOf(run, await readLog(reference))).toEqual([]);
    expect(run.evidence.published.size).toBeGreaterThan(fewestJobs);
  });
});
