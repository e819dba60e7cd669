import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

  it.each([
    [
      'a row without a cell',
      'messages.csv',
      /Where is it\?,delivery/,
      'Where is it?',
      /messages\.csv, line 50: 1 cells for 2 columns/,
    ],
    [
      'a department that is none',
      'messages.csv',
      /,delivery\n$/,
      ',stock\n',
      /messages\.csv, line 50: the scorer choice cannot judge this query: its reference "stock" is none of/,
    ],
    [
      'an option that is none',
      'benchmark.yaml',
      /choices:/,
      'chioces:',
      /benchmark\.yaml:\d+: scorers\.choice has no setting "chioces"; did you mean "choices"\?/,
    ],
  ])('is refused before anything is started: %s', async (_what, file, wanted, instead, message) => {
    await writeFile(own('messages.csv'), `${await readFile(own('messages.csv'), 'utf8')}Where is it?,delivery\n`);
    await writeFile(own(file), (await readFile(own(file), 'utf8')).replace(wanted, instead));
    const { code, stdout, stderr } = await runCli('run', own('search.yaml'), ...dataDir);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['own']);
  });
});
