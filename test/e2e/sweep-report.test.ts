import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SweepReport } from '../../services/domain/sweep-report/sweep-report-model.ts';
import { startCli } from '../support/run-cli.ts';

let folder: string;

async function scale(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await startCli([...args, '--json', '--data-dir', join(folder, 'scale')], { cwd: folder })
    .ended;
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

async function report(): Promise<SweepReport> {
  const { report: found, files } = (await scale('sweep', 'report', 'night')) as { report: SweepReport; files: { html: string } };
  expect(await readFile(files.html, 'utf8')).toMatch(/Simulated model: not a result[\s\S]*<svg/);
  return found;
}

async function runWith(seeds: string): Promise<void> {
  const settings = '{ benchmark: { name: sample, limit: 8 }, search: { max_rounds: 2 } }';
  const file = `name: night\nbase: ${settings}\nmatrix: { evaluation.method: [full, predicted], seed: ${seeds} }\n`;
  await writeFile(join(folder, 'night.yaml'), file);
  await scale('sweep', 'night.yaml');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-sweep-report-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the report of a sweep', () => {
  it('has the scores of tests, and those of a seed that came later', async () => {
    await runWith('[1]');
    const { tests } = (await scale('sweep', 'test', 'night', '--limit', '12')) as { tests: { cell: string; score: number }[] };
    expect(tests.map(({ cell }) => cell)).toEqual(['full, 1', 'predicted, 1']);
    const first = await report();
    expect(first).toMatchObject({ partial: false, simulated: true, cellsByStatus: { completed: 2 } });
    expect(first.groups.map(({ test }) => test?.value)).toEqual(tests.map(({ score }) => expect.closeTo(score, 12)));
    const [full = 0, predicted = 0] = tests.map(({ score }) => score);
    expect(first.comparisons).toMatchObject([
      { axis: 'evaluation.method', a: 'full', b: 'predicted', basis: 'test', pairs: 1, ofPairs: 1, queries: 12 },
    ]);
    expect(first.comparisons[0]?.difference.value).toBeCloseTo(predicted - full, 12);

    await runWith('[1, 2]');
    const second = await report();
    const { runs } = (await scale('list')) as { runs: { runId: string; bestScore: number; tokens: number }[] };
    const runOf = (runId: string | undefined) => runs.find((run) => run.runId === runId);
    expect(second.cells).toHaveLength(4);
    for (const { id, run } of second.cells) {
      expect(run?.score?.value, id).toBe(runOf(run?.runId)?.bestScore);
      expect(run?.tokens, id).toBe(runOf(run?.runId)?.tokens);
    }
    for (const [place, { seeds, score, test, tokens, values }] of second.groups.entries()) {
      const cells = second.cells.filter((cell) => cell.values['evaluation.method'] === values['evaluation.method']);
      const mean = (of: readonly (number | undefined)[]) =>
        of.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0) / of.length;
      expect(seeds).toEqual(['1', '2']);
      expect(score?.value).toBeCloseTo(mean(cells.map(({ run }) => run?.score?.value)), 12);
      expect(tokens?.value).toBeCloseTo(mean(cells.map(({ run }) => run?.tokens)), 9);
      // Only the first seed was tested, and the row says so.
      expect(test).toEqual(first.groups[place]?.test);
      expect(test?.cells).toBe(1);
    }
    expect(second.comparisons[0]).toMatchObject({ pairs: 1, ofPairs: 2 });
  });

  it("tests on several benchmarks of one's own, whose files are all named", async () => {
    for (const name of ['sums', 'products']) {
      const rows = Array.from({ length: 12 }, (_, place) => `What is ${place} ${name === 'sums' ? 'plus' : 'times'} 3?,${place}`);
      await writeFile(join(folder, `${name}.csv`), `Question,Answer\n${rows.join('\n')}\n`);
      const file = { name, description: 'Sums.', answer_format: 'A number.', file: `${name}.csv`, reference: 'Answer' };
      const split = { shares: { validate: 0.5, test: 0.5 } };
      const fields = name === 'sums' ? { question: 'Question' } : { problem: 'Question' };
      await writeFile(join(folder, `${name}.yaml`), JSON.stringify({ ...file, split, fields, scorers: { exact: 'number' } }));
    }
    const base = '{ benchmark: sums.yaml, search: { max_rounds: 2 }, evaluation: { method: full } }';
    await writeFile(join(folder, 'own.yaml'), `base: ${base}\nmatrix: { benchmark: [sums.yaml, products.yaml] }\n`);
    await scale('sweep', 'own.yaml');
    const refused = startCli(['sweep', 'test', 'own', '--benchmark', 'sums.yaml', '--data-dir', join(folder, 'scale')], {
      cwd: folder,
    });
    expect(await refused.ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ran on products, a benchmark of your'),
    });
    const { tests } = (await scale('sweep', 'test', 'own', '--benchmark', 'sums.yaml', 'products.yaml')) as {
      tests: { cell: string; score?: number }[];
    };
    expect(tests).toEqual(
      ['sums.yaml', 'products.yaml'].map((cell) => ({ cell, runId: expect.any(String), score: expect.any(Number) })),
    );
  });
});
