import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rememberingRunner, searchInProcess } from '../../scripts/in-process-search.ts';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import { createLazySandbox } from '../../services/shared/sandbox/lazy-sandbox.ts';
import { readRunLog } from '../../services/shared/traces/read-run-log.ts';
import { learnBenchmarks } from '../../services/simulator/learn-benchmarks.ts';
import { buildQueryIndex } from '../../services/simulator/query-index.ts';
import { createSimulatedModel } from '../../services/simulator/simulated-model.ts';
import { startCli } from '../support/run-cli.ts';

test('a search in one process comes to the state of the same search on a cluster, with several rounds in flight and a merge', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-in-process-'));
  const file = join(folder, 'search.yaml');
  const search = 'search: { max_rounds: 8, parallelism: 4, merge_every: 4 }';
  await writeFile(file, `benchmark: { name: sample, limit: 30 }\nseed: 3\n${search}\n`);
  const sandbox = createLazySandbox({ environment: process.env });
  try {
    const { code, stderr } = await startCli(['run', file, '--data-dir', join(folder, 'data')]).ended;
    expect(code, stderr).toBe(0);
    const [run = ''] = await readdir(join(folder, 'data/runs'));
    const onCluster = await readRunLog(join(folder, 'data/runs', run, 'events.binpb'));
    const { known } = await learnBenchmarks(join(folder, 'none'), join(folder, 'none'));
    const world = { model: createSimulatedModel(buildQueryIndex(known), 1), code: rememberingRunner(sandbox) };
    const { configuration, benchmark } = await readRunFile(file);
    const inProcess = await searchInProcess(world, configuration, benchmark);
    expect(inProcess.rounds.length).toBe(8);
    expect(inProcess.rounds.at(-1)).toHaveProperty('mergedRound');
    expect({ ...inProcess, configuration: {} }).toEqual({ ...onCluster, configuration: {} });
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
});
