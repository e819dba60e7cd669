import { expect, test } from 'vitest';
import type { RunConfiguration } from '../../../../services/domain/run/configuration.ts';
import { configurationToProto } from '../../../../services/shared/contracts/configuration-codec.ts';
import { RunManifest, RunStatus, RunSummary } from '../../../../services/shared/contracts/generated/scale/v1/control.ts';
import type { ControlClient } from '../../../../services/shared/control-client/control-client.ts';
import { evaluationsOf, subjectOf } from '../../../../services/shared/runs/evaluations-of.ts';
import { continueRun, madeUpConfiguration, madeUpWorld } from '../../domain/search/made-up-world.ts';

const searched = continueRun(
  madeUpWorld(5),
  madeUpConfiguration({ seed: 3, queryCount: 40, evaluation: { warmUpRounds: 4 } }),
).state;
const subject = subjectOf(searched);
const best = searched.rounds[(searched.bestRound ?? 0) - 1];

function evaluation(seed: number, queryCount: number, more: Partial<RunConfiguration> = {}, split = 'test'): RunConfiguration {
  const made = madeUpConfiguration({ kind: 'evaluation', seed, queryCount, search: { maxRounds: 1 } });
  const found = best?.workflow === undefined ? {} : { initialWorkflow: best.workflow };
  return { ...made, ...found, benchmark: { ...made.benchmark, split }, ...more };
}

/** A cluster with these evaluations, the newest first. */
function fakeClient(runs: Readonly<Record<string, RunConfiguration>>, status: RunStatus = RunStatus.COMPLETED) {
  const summaries = Object.entries(runs).map(([runId, { search }]) =>
    RunSummary.fromPartial({ runId, maxRounds: search.maxRounds, status }),
  );
  const getRun = async (runId: string) => {
    const configuration = runs[runId];
    return {
      manifest: RunManifest.fromPartial({ runId, ...(configuration && { configuration: configurationToProto(configuration) }) }),
    };
  };
  return { client: { listRuns: async () => ({ runs: summaries }), getRun } as unknown as ControlClient };
}

async function chosen(runs: Readonly<Record<string, RunConfiguration>>, status?: RunStatus): Promise<string | undefined> {
  if (subject === undefined) throw new Error('the search has found nothing');
  return (await evaluationsOf(fakeClient(runs, status), [subject], new AbortController().signal)).get(subject);
}

test('of several evaluations, that with the same seed is taken, then the one on the most queries, then the newest', async () => {
  expect(await chosen({ newest: evaluation(7, 100), same: evaluation(3, 50), old: evaluation(7, 200) })).toBe('same');
  expect(await chosen({ newest: evaluation(7, 100), whole: evaluation(8, 200), old: evaluation(7, 200) })).toBe('whole');
});

test('nothing else is a test of it', async () => {
  const { executor, benchmark } = evaluation(3, 50);
  expect(await chosen({ own: evaluation(3, 50, {}, searched.configuration.benchmark.split) })).toBeUndefined();
  expect(await chosen({ warm: evaluation(3, 50, { executor: { ...executor, temperature: 0.9 } }) })).toBeUndefined();
  expect(
    await chosen({ other: evaluation(3, 50, { benchmark: { ...benchmark, name: 'others', split: 'test' } }) }),
  ).toBeUndefined();
  expect(await chosen({ search: evaluation(3, 50, { kind: 'search' }) })).toBeUndefined();
  expect(await chosen({ begun: evaluation(3, 50) }, RunStatus.RUNNING)).toBeUndefined();
  const [, second] = searched.rounds;
  if (second?.workflow !== undefined && second !== best)
    expect(await chosen({ second: evaluation(3, 50, { initialWorkflow: second.workflow }) })).toBeUndefined();
});

test('what has not ended, or is no search, has found nothing to test', () => {
  expect(subject).toBeDefined();
  expect(subjectOf({ ...searched, status: 'running' })).toBeUndefined();
  expect(subjectOf({ ...searched, configuration: { ...searched.configuration, kind: 'query-level' } })).toBeUndefined();
});
