import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isPythonHere } from '../../support/python-here.ts';
import { runCli } from '../../support/run-cli.ts';

const example = join(import.meta.dirname, '../../../examples/custom-benchmark');
let folder: string;
let dataDir: readonly string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-own-'));
  dataDir = ['--data-dir', join(folder, 'cluster')];
  await cp(example, join(folder, 'own'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const own = (name: string) => join(folder, 'own', name);

describe("a benchmark of the user's own, in one YAML file and a CSV", () => {
  it('runs through search, evaluation and report, with no change in the source', async () => {
    const search = await runCli('run', own('search.yaml'), ...dataDir, '--json');
    expect(search).toMatchObject({ code: 0 });
    const { run, best, simulated, rounds } = JSON.parse(search.stdout).report;
    expect(run).toMatchObject({
      status: 'completed',
      benchmark: 'shop-messages',
      split: 'validate',
      queries: 24,
      scorer: 'choice',
    });
    expect(simulated).toBe(true);
    expect(rounds).toHaveLength(6);
    expect(best.score).toBeGreaterThan(0.5);

    const evaluation = await runCli('eval', '--run', run.runId, '--benchmark', own('benchmark.yaml'), ...dataDir, '--json');
    expect(evaluation).toMatchObject({ code: 0 });
    expect(JSON.parse(evaluation.stdout)).toMatchObject({
      ...{ benchmark: 'shop-messages', split: 'test', scorer: 'choice', executions: 24, simulated: true },
      otherScores: [{ scorer: 'named' }],
    });

    const report = await runCli('report', run.runId, ...dataDir);
    expect(report).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('shop-messages validate, 24 queries, scored by choice'),
    });
    expect(report.stdout).toContain('Simulated model: not a result');
  });

  it('is refused in one sentence before anything is started, if a row is wrong', async () => {
    await appendFile(own('messages.csv'), 'Where is it?,stock\n');
    const { code, stdout, stderr } = await runCli('run', own('search.yaml'), ...dataDir);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^scale: .*messages\.csv, line 50: the scorer choice cannot judge this query: its reference "stock" is none of .*\n$/,
    );
    expect(await readdir(folder)).toEqual(['own']);
  });

  it.skipIf(!isPythonHere)("is refused before anything is started, if a scorer in a file of the user's own fails", async () => {
    await writeFile(own('mine.py'), 'def score(answer, query):\n    return query["departmnt"] == answer\n');
    const file = await readFile(own('benchmark.yaml'), 'utf8');
    await writeFile(own('benchmark.yaml'), file.replace('scorers:', 'scorers:\n  mine: { kind: python, file: mine.py }'));
    const run = await runCli('run', own('search.yaml'), ...dataDir);
    expect(run).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining("mine.py, line 2: KeyError: 'departmnt'") });
    expect(await readdir(folder)).toEqual(['own']);
  });
});
