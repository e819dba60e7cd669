import { describe, expect, test } from 'vitest';
import type { ExperimentPlan } from '../../../../services/cli/experiments/experiment-plan.ts';
import { variedSettings } from '../../../../services/cli/experiments/search-file.ts';
import { surrogateSettings } from '../../../../services/cli/experiments/surrogate-settings.ts';
import { queryLevelName, searchVariants, variantNamed } from '../../../../services/cli/experiments/variant.ts';
import { parseRunFile } from '../../../../services/shared/config/parse-run-file.ts';

const parsed = parseRunFile(
  `benchmark: { name: sample, limit: 20, scorer: strict }
initial_workflow: mine.yaml
search: { max_rounds: 7, memory: on }
evaluation: { few_shot_ratio: 0.1 }
`,
  'mine.yaml',
);
const plan: ExperimentPlan = {
  base: { parsed, folder: 'somewhere', runFile: 'somewhere/mine.yaml' },
  benchmarks: ['sample', 'gsm8k'],
  benchmarkNames: new Map([
    ['sample', 'sample'],
    ['gsm8k', 'gsm8k'],
  ]),
  methods: [],
  seeds: [1],
  threshold: 0.5,
  optimizers: [],
  quick: false,
};
const settingsOf = (name: string, benchmark = 'sample', more: Partial<ExperimentPlan> = {}, split?: string) =>
  variedSettings({ ...plan, ...more }, { benchmark, variant: variantNamed(name), seed: 5, ...(split ? { split } : {}) });

describe('the settings of an experiment’s search', () => {
  test('are the run file’s but for what the variant names, and memory', () => {
    const { name: _, ...own } = parsed.settings;
    expect(settingsOf('default')).toEqual({ ...own, seed: 5, search: { ...own.search, memory: false } });
    expect(settingsOf('rasch').evaluation).toEqual({ ...own.evaluation, method: 'rasch' });
  });

  test('have the same number of rounds in every variant, and a warm-up no longer than that', () => {
    for (const name of searchVariants) expect(settingsOf(name).search.max_rounds, name).toBe(7);
    const short = settingsOf('paper', 'sample', { rounds: 2 });
    expect(short.search.max_rounds).toBe(2);
    expect(short.evaluation).toMatchObject({ method: 'scale', warm_up_rounds: 2, few_shot_ratio: 0.03 });
    expect(settingsOf('aflow')).toMatchObject({ evaluation: { method: 'full', warm_up_rounds: 0 }, search: { canary: false } });
  });

  test('take another benchmark with its own scorer, limit and initial workflow', () => {
    const other = settingsOf('default', 'gsm8k');
    expect(other.benchmark).toEqual({ name: 'gsm8k', split: 'validate', folder: undefined });
    expect(other.initial_workflow).toBeUndefined();
    expect(settingsOf('default').initial_workflow).toBe('mine.yaml');
  });

  test('on the test split, heed no limit that was meant for searching', () => {
    expect(settingsOf(queryLevelName, 'sample', {}, 'test')).toMatchObject({
      benchmark: { name: 'sample', split: 'test', limit: undefined, scorer: 'strict' },
      search: { mode: 'query-level' },
    });
  });
});

describe('the settings that cheap scores are judged under', () => {
  const without = parseRunFile('benchmark: sample', 'none.yaml');
  const judged = (more: Partial<ExperimentPlan> = {}) => surrogateSettings({ ...plan, ...more });

  test("are the paper's without a run file, and the run file's with one", () => {
    expect(judged({ base: { parsed: without, folder: '' } })).toMatchObject({ warm_up_rounds: 3, few_shot_ratio: 0.03 });
    expect(judged().few_shot_ratio).toBe(0.1);
  });

  test('have a warm-up in any case, and leave rounds to judge on', () => {
    const cold = parseRunFile('{ benchmark: sample, evaluation: { warm_up_rounds: 0 } }', 'cold.yaml');
    const base = { parsed: cold, folder: '', runFile: 'cold.yaml' };
    expect([20, 5, 4, 2].map((rounds) => judged({ base, rounds }).warm_up_rounds)).toEqual([3, 2, 1, 1]);
  });
});
