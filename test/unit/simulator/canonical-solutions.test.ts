import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCanonicalSolutions } from '../../../services/simulator/canonical-solutions.ts';
import { learnBenchmarks } from '../../../services/simulator/learn-benchmarks.ts';
import { madeUpRows } from '../../support/benchmarks/made-up-programs.ts';

let folder: string;
const write = (name: string, rows: readonly object[]) =>
  writeFile(join(folder, name), rows.map((row) => JSON.stringify(row)).join('\n'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-solutions-'));
  const tested = { prompt: 'Add.', entry_point: 'add', test: 'def check():\n    assert add(1, 2) == 3' };
  await write('humaneval_validate.jsonl', madeUpRows);
  await write('mbpp_validate.jsonl', [{ ...tested, task_id: 7, code: 'def add(a, b):  \r\n\treturn a + b \r\n ' }]);
  await write('mbpp_test.jsonl', [{ ...tested, task_id: 8 }]);
});
afterAll(() => rm(folder, { recursive: true }));

describe('the official solutions', () => {
  it('of HumanEval stand below the prompt', async () => {
    const solutions = await loadCanonicalSolutions(folder, { name: 'humaneval', split: 'validate' });
    expect(solutions.size).toBe(madeUpRows.length);
    expect(solutions.get('MadeUp/clamp')).toMatch(/^def clamp\(value, low, high\):\n {4}"""[^"]+"""\n {4}if value < low:/);
  });

  it('of MBPP are whole programs, with plain line ends', async () => {
    const solutions = await loadCanonicalSolutions(folder, { name: 'mbpp', split: 'validate' });
    expect([...solutions]).toEqual([['7', 'def add(a, b):\n\treturn a + b']]);
  });

  it('are none for other benchmarks, and where the file is missing', async () => {
    expect(await loadCanonicalSolutions(folder, { name: 'gsm8k', split: 'validate' })).toEqual(new Map());
    expect(await loadCanonicalSolutions(folder, { name: 'humaneval', split: 'test' })).toEqual(new Map());
  });

  it('say which line has none', async () => {
    const load = loadCanonicalSolutions(folder, { name: 'mbpp', split: 'test' });
    await expect(load).rejects.toThrow(/mbpp_test\.jsonl, line 1: field "code" is missing/);
  });

  it('go with their queries when the benchmarks are learned', async () => {
    await rm(join(folder, 'mbpp_test.jsonl'));
    const { known } = await learnBenchmarks(folder, folder);
    const programs = known.filter(({ benchmark }) => benchmark.name === 'humaneval');
    expect(programs.map(({ solution }) => solution?.includes('return'))).toEqual(madeUpRows.map(() => true));
    expect(known.find(({ query }) => query.id === '7')?.solution).toContain('return a + b');
  });
});
