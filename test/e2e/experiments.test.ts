import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExperimentReport } from '../../services/domain/experiments/experiment-report.ts';
import type { SweepReport } from '../../services/domain/sweep-report/sweep-report-model.ts';
import { servedCalls } from '../support/cluster/local-run.ts';
import { type CliRun, startCli } from '../support/run-cli.ts';

type Document = ExperimentReport & { readonly files: Readonly<Record<'html' | 'markdown' | 'json', string>> };

let folder: string;
const onSample = ['coverage', 'methods', 'agreement', 'warm-up', 'few-shot-ratio', 'alpha', 'repeats', 'optimizer'];

/** Two benchmarks are needed to transfer anything; a second one that is on every machine is made up here. */
async function writeSums(data: string): Promise<void> {
  await mkdir(data);
  for (const [split, first] of [
    ['validate', 3],
    ['test', 40],
  ] as const) {
    const rows = Array.from({ length: 12 }, (_, index) => {
      const [boxes, pens] = [first + index, 4 + (index % 5)];
      const question = `Mona fills ${boxes} boxes with ${pens} pens each. How many pens does she need?`;
      return JSON.stringify({ id: `sum-${split}-${index}`, question, answer: String(boxes * pens) });
    });
    await writeFile(join(data, `gsm8k_${split}.jsonl`), `${rows.join('\n')}\n`);
  }
}

function experiment(...args: readonly string[]): CliRun {
  const common = ['--quick', '--parallel', '8', '--json', '--data-dir', join(folder, 'scale')];
  return startCli(['experiment', ...args, ...common], {
    cwd: folder,
    environment: { SCALE_DATA: join(folder, 'data'), SCALE_SIMULATOR_ACCESS_LOG: join(folder, 'calls.jsonl') },
  });
}

async function documentsOf(run: CliRun): Promise<Document[]> {
  const { code, stdout, stderr } = await run.ended;
  expect(code, stderr).toBe(0);
  const document = JSON.parse(stdout) as Document | { experiments: Document[] };
  return 'experiments' in document ? document.experiments : [document];
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-experiments-'));
  await writeSums(join(folder, 'data'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('scale experiment --quick', { timeout: 600_000 }, () => {
  let first: Document[];

  it('goes on after Ctrl-C, and runs every experiment to a table, a plot and a finding that say who answered', async () => {
    const interrupted = experiment(...onSample, '--benchmarks', 'sample');
    await interrupted.until(/^\[2\/\d+\] /m);
    interrupted.child.kill('SIGINT');
    const { code, stdout } = await interrupted.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ error: { message: expect.stringContaining('the same command continues it') } });

    first = await documentsOf(experiment(...onSample, '--benchmarks', 'sample'));
    expect(first.map((document) => document.experiment)).toEqual(onSample);
    for (const document of first) await expectWhole(document);
  });

  it('transfers between two benchmarks', async () => {
    const [document] = await documentsOf(experiment('transfer', '--benchmarks', 'sample,gsm8k'));
    if (document === undefined) throw new Error('there is no document');
    await expectWhole(document);
    expect(document.tables.map(({ title }) => title.split(':')[0])).toEqual(expect.arrayContaining(['sample', 'gsm8k']));
    expect(document.findings.join('\n')).toMatch(/On gsm8k, the best workflow of sample .*the one found there/);
  });

  it('gives the same figures again at no cost', async () => {
    const calls = await servedCalls(join(folder, 'calls.jsonl'));
    const again = experiment(...onSample, '--benchmarks', 'sample');
    expect(await documentsOf(again)).toEqual(first);
    expect(await servedCalls(join(folder, 'calls.jsonl'))).toHaveLength(calls.length);
    const ended = again
      .stderr()
      .split('\n')
      .filter((line) => /^\[\d+\/\d+\]/.test(line));
    expect(ended.length).toBeGreaterThan(50);
    for (const line of ended) expect(line).toContain('no cost');
  });

  it('is a sweep, whose report has the same figures', async () => {
    const args = ['sweep', 'report', 'experiment methods', '--json', '--data-dir', join(folder, 'scale')];
    const { code, stdout, stderr } = await startCli(args, { cwd: folder }).ended;
    expect(code, stderr).toBe(0);
    const { report, files } = JSON.parse(stdout) as { report: SweepReport; files: { html: string } };
    expect(report).toMatchObject({ partial: false, simulated: true, sweep: { name: 'experiment methods' } });
    expect(await readFile(files.html, 'utf8')).toMatch(/Simulated model: not a result[\s\S]*<svg/);
    const rows = first
      .find((document) => document.experiment === 'methods')
      ?.tables[0]?.rows.filter(({ source }) => source === 'ours');
    let compared = 0;
    for (const { name, cells } of rows ?? []) {
      const group = report.groups.find(({ values }) => values.variant === name);
      if (group === undefined) continue;
      const [score, tokens] = cells;
      expect(group.test?.value, name).toBeCloseTo((score?.value ?? Number.NaN) / 100, 12);
      expect(group.test?.low, name).toBeCloseTo((score?.low ?? Number.NaN) / 100, 12);
      expect(group.tokens?.value, name).toBeCloseTo(tokens?.value ?? Number.NaN, 6);
      // Which of the two comes first depends on which search was added first.
      const found = report.comparisons.find(({ a, b }) => [a, b].includes('aflow') && [a, b].includes(name));
      const sign = found?.b === 'aflow' ? -1 : 1;
      if (name !== 'aflow')
        expect(100 * sign * (found?.difference.value ?? Number.NaN), name).toBeCloseTo(cells[2]?.value ?? Number.NaN, 9);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(4);
  });

  it('is refused before anything is spent, with one sentence', async () => {
    const wrong: [string[], RegExp][] = [
      [['transfer', '--benchmarks', 'sample'], /transfer needs 2 benchmarks, but has sample/],
      [['agreement', '--methods', 'aflow'], /agreement knows no method "aflow"/],
      [['alpha', '--methods', 'rasch'], /alpha varies a setting of its own/],
      [['coverage', '--methods', 'aflow,paper'], /coverage takes one method/],
      [['magic'], /there is no experiment "magic"; there are coverage, methods/],
      [['methods', '--benchmarks', 'nothing'], /there is no benchmark "nothing"/],
    ];
    for (const [args, message] of wrong) {
      const { code, stderr } = await experiment(...args).ended;
      expect(stderr).toMatch(message);
      expect(code, stderr).toBe(2);
    }
  });
});

async function expectWhole({ experiment: name, simulated, tables, plots, findings, runs, files }: Document): Promise<void> {
  expect(simulated, name).toBe(true);
  expect(findings.length, name).toBeGreaterThan(0);
  expect(plots.length, name).toBeGreaterThan(0);
  expect(runs.length, name).toBeGreaterThan(0);
  for (const { columns, rows, title } of tables) {
    expect(rows.length, title).toBeGreaterThan(0);
    for (const row of rows) expect(row.cells, title).toHaveLength(columns.length);
  }
  const [html, markdown] = await Promise.all([readFile(files.html, 'utf8'), readFile(files.markdown, 'utf8')]);
  expect(html).toMatch(/Simulated model: not a result[\s\S]*<svg/);
  expect(markdown).toContain('**Simulated model: not a result.');
  expect(markdown).not.toMatch(/NaN|undefined|Infinity/);
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
}
