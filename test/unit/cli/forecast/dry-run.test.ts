import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { rememberingRunner, searchInProcess } from '../../../../scripts/in-process-search.ts';
import { dataFolderAt } from '../../../../services/cli/cluster/data-folder.ts';
import { answerWithDryRun, dryRunOf } from '../../../../services/cli/forecast/dry-run.ts';
import { totalUse } from '../../../../services/domain/run/ledger/totals.ts';
import { readRunFile } from '../../../../services/shared/config/run-file.ts';
import { learnBenchmarks } from '../../../../services/simulator/learn-benchmarks.ts';
import { buildQueryIndex } from '../../../../services/simulator/query-index.ts';
import { createSimulatedModel } from '../../../../services/simulator/simulated-model.ts';

async function fileOf(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'scale-dry-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'run.yaml'), text);
  return { file: await readRunFile(join(folder, 'run.yaml')), folder, data: dataFolderAt(join(folder, '.scale')) };
}

const priced = 'prices: { models: { qwen-plus: { input: 1, output: 2 }, qwen3-8b: { input: 1, output: 2 } } }\n';

test('says what a run will cost and what that rests on, and leaves nothing behind', async () => {
  const { file, folder, data } = await fileOf(`benchmark: sample\n${priced}`);
  const { text, document } = answerWithDryRun('run', await dryRunOf([file], data));
  expect(text).toMatch(/^Dry run of run: nothing was called, started or spent\./);
  expect(text).toMatch(/cost +\$0\.\d+ to \$0\.\d+/);
  expect(text).toContain('the texts of the 60 queries');
  expect(document).toMatchObject({ dryRun: true, warnings: [] });
  expect(await readdir(folder)).toEqual(['run.yaml']);
});

test('warns where the limits are not enough for what was asked', async () => {
  const { file, data } = await fileOf('name: night\nbenchmark: sample\nlimits: { tokens: 30000 }\n');
  const { warnings } = await dryRunOf([file], data);
  expect(warnings).toEqual([expect.stringMatching(/^night cannot reach what was asked: in 100 % of the courses its limits end/)]);
  const budget = await fileOf('name: night\nbenchmark: sample\nsearch: { token_budget: 30000 }\n');
  expect((await dryRunOf([budget.file], data)).warnings[0]).toContain('its token budget ends the search');
});

test('several runs cost what they cost together', async () => {
  const { file, data } = await fileOf(`benchmark: sample\n${priced}`);
  const one = await dryRunOf([file], data);
  const limits = { tokens: one.forecast.tokens.low, calls: 0, money: 0 };
  const two = await dryRunOf([file, file], data, { name: 'night', limits });
  expect(two.forecast.tokens.middle / one.forecast.tokens.middle).toBeGreaterThan(1.7);
  expect(two.forecast.tokens.middle / one.forecast.tokens.middle).toBeLessThan(2.3);
  expect(two.warnings).toEqual([
    'night cannot reach what was asked: in 100 % of the courses its runs take more tokens than its limit for all of them',
  ]);
});

test('a folder of runs that cannot be read changes nothing', async () => {
  const { file, data } = await fileOf('benchmark: sample\n');
  const before = await dryRunOf([file], data);
  await mkdir(join(data.runs, 'broken'), { recursive: true });
  await writeFile(join(data.runs, 'broken', 'report.json'), '{');
  await mkdir(join(data.runs, 'empty'), { recursive: true });
  const report = { simulated: true, run: { executor: 'qwen-plus', optimizer: 'qwen3-8b' } };
  await writeFile(join(data.runs, 'empty', 'report.json'), JSON.stringify(report));
  expect(await dryRunOf([file], data)).toEqual(before);
});

/** Seeds that the table of edits was not made from. */
const kept = [
  'seed: 901\nbenchmark: { name: sample, limit: 30 }\n',
  'seed: 902\nbenchmark: sample\nsearch: { max_rounds: 10 }\n',
  'seed: 903\nbenchmark: sample\nsearch: { mode: query-level }\n',
  'seed: 904\nbenchmark: sample\nsearch: { max_rounds: 12 }\nevaluation: { method: scale, warm_up_rounds: 2 }\n',
];

test.each(kept)(
  'a simulated run ends among the courses that were played, in a range from one to two at most: %j',
  async (text) => {
    const { known } = await learnBenchmarks('none', 'none');
    const code = rememberingRunner({ run: () => Promise.reject(new Error('no program is run here')) });
    const world = { model: createSimulatedModel(buildQueryIndex(known), 1), code };
    const { file, data } = await fileOf(text);
    const { tokens } = (await dryRunOf([file], data)).forecast;
    const { ledger } = await searchInProcess(world, file.configuration, file.benchmark);
    const real = totalUse(ledger).tokens;
    expect(tokens.high / tokens.low).toBeLessThanOrEqual(2 + 1e-9);
    expect(real).toBeGreaterThan(tokens.least);
    expect(real).toBeLessThan(tokens.most);
  },
);
