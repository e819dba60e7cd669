import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rememberingRunner, searchInProcess } from '../../scripts/in-process-search.ts';
import type { RunState } from '../../services/domain/run/state.ts';
import { readRunFile } from '../../services/shared/config/run-file.ts';
import { createLazySandbox } from '../../services/shared/sandbox/lazy-sandbox.ts';
import { learnBenchmarks } from '../../services/simulator/learn-benchmarks.ts';
import { buildQueryIndex } from '../../services/simulator/query-index.ts';
import { createSimulatedModel } from '../../services/simulator/simulated-model.ts';
import { type PlantedRule, plantedRules, writePlantedRule } from '../support/benchmarks/planted-rule.ts';

/**
 * The simulated optimizer reads rules on the form of an answer if a scorer states them, and the simulated executor follows a
 * prompt that states one. So these tests show that what a scorer says reaches the prompt and decides the search, not that a
 * real model heeds it.
 */
const sandbox = createLazySandbox({ environment: process.env });
const code = rememberingRunner(sandbox);
afterAll(() => sandbox.close());

async function search(rule: PlantedRule, search: string): Promise<RunState> {
  const folder = await mkdtemp(join(tmpdir(), 'scale-planted-rule-'));
  try {
    const benchmarkFile = await writePlantedRule(folder, rule);
    const file = join(folder, 'search.yaml');
    await writeFile(file, `benchmark: benchmark.yaml\nseed: 1\nsearch: { max_rounds: 20, ${search} }\n`);
    const { configuration, benchmark } = await readRunFile(file);
    const { known } = await learnBenchmarks(join(folder, 'none'), join(folder, 'none'), [benchmarkFile]);
    return await searchInProcess({ model: createSimulatedModel(buildQueryIndex(known), 1), code }, configuration, benchmark);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const bestScore = ({ rounds, bestRound = 0 }: RunState): number => rounds[bestRound - 1]?.evaluation?.score ?? 0;

describe.each(plantedRules)('a rule that only the scorer tells ($name)', (rule) => {
  test('is found with feedback', async () => {
    const found = await search(rule, '');
    expect(bestScore(found)).toBeGreaterThan(0.5);
    expect(JSON.stringify(found.rounds[(found.bestRound ?? 1) - 1]?.workflow)).toContain(
      JSON.stringify(rule.feedback).slice(1, 20),
    );
  });

  test('is not found without', async () => {
    const found = await search(rule, 'feedback_tokens: 0');
    expect(bestScore(found)).toBe(0);
  });
});
