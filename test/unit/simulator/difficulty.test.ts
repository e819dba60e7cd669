import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { knownQueries } from '../../../services/simulator/difficulty.ts';
import { learnBenchmarks } from '../../../services/simulator/learn-benchmarks.ts';
import { loadRecordedDifficulties } from '../../../services/simulator/recorded-difficulties.ts';
import { arithmeticBenchmark } from './arithmetic-benchmark.ts';

let folder: string;
const write = (name: string, text: string) => writeFile(join(folder, name), gzipSync(text));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-recorded-'));
  const runs = [
    { mean_score: 0.9, scores: [1, 1, 0] },
    { mean_score: 0.8, scores: [1, 0, 0] },
    { mean_score: 0, scores: [0, 0, 0] },
  ];
  const queries = [4, 0, 2].map((split_index) => ({ id: null, split_index }));
  await write('ARITHMETIC.validate.matrix.json.gz', JSON.stringify({ queries, runs }));
  await mkdir(join(folder, 'forks'));
  const fork = { split: 'AFlow validate', runs: [{ scores: [1, 0] }, { scores: [1, null] }, { scores: [0, 0] }] };
  await writeFile(join(folder, 'forks', 'GEOMETRY.matrix.json'), JSON.stringify(fork));
  await write('broken.validate.matrix.json.gz', '{"queries": 3}');
});
afterAll(() => rm(folder, { recursive: true }));

describe('recorded difficulties', () => {
  it('are minus the logit of the mean over the runs that worked', async () => {
    const recorded = await loadRecordedDifficulties(folder, { name: 'arithmetic', split: 'validate' });
    expect(recorded.get(4)).toBeCloseTo(-Math.log(2.5 / 0.5));
    expect(recorded.get(0)).toBeCloseTo(0);
    expect(recorded.get(2)).toBeCloseTo(Math.log(2.5 / 0.5));
  });

  it('come from forks where AFlow has none, by place, for their split alone', async () => {
    const recorded = await loadRecordedDifficulties(folder, { name: 'geometry', split: 'validate' });
    expect([...recorded.keys()]).toEqual([0, 1]);
    expect(recorded.get(0)).toBeCloseTo(-Math.log(2.5 / 0.5));
    expect(recorded.get(1)).toBeCloseTo(Math.log(2.5 / 0.5));
    expect(await loadRecordedDifficulties(folder, { name: 'geometry', split: 'test' })).toEqual(new Map());
  });

  it('are none where there is no record', async () => {
    expect(await loadRecordedDifficulties(folder, { name: 'arithmetic', split: 'test' })).toEqual(new Map());
    expect(await loadRecordedDifficulties(join(folder, 'missing'), { name: 'arithmetic', split: 'validate' })).toEqual(new Map());
  });

  it('say which file is no such record', async () => {
    await expect(loadRecordedDifficulties(folder, { name: 'broken', split: 'validate' })).rejects.toThrow(
      /broken\.validate\.matrix\.json\.gz is not/,
    );
  });
});

describe('what the model knows', () => {
  it('is a hashed difficulty where none is recorded: mostly easy, with a hard tail', () => {
    const hashed = knownQueries(arithmeticBenchmark).map(({ difficulty }) => difficulty);
    expect(knownQueries(arithmeticBenchmark).map(({ difficulty }) => difficulty)).toEqual(hashed);
    const hard = hashed.filter((difficulty) => difficulty > 0).length / hashed.length;
    expect(hard).toBeGreaterThan(0.02);
    expect(hard).toBeLessThan(0.12);
  });

  it('prefers the record', () => {
    const known = knownQueries(arithmeticBenchmark, { difficulties: new Map([['arithmetic-4', 1.5]]) });
    expect(known[4]?.difficulty).toBe(1.5);
  });

  it('covers what needs no files, and says what is missing', async () => {
    const { known, missing } = await learnBenchmarks(folder, folder);
    const splits = known.map(({ benchmark: { name, split } }) => `${name} ${split}`);
    expect(splits).toEqual(expect.arrayContaining(['sample validate', 'sample test']));
    expect(splits.filter((split) => split.startsWith('gsm8k'))).toEqual([]);
    expect(missing).toContain('gsm8k validate');
  });

  it('covers benchmarks of more queries than a function takes arguments', async () => {
    const place = await mkdtemp(join(tmpdir(), 'scale-many-queries-'));
    onTestFinished(() => rm(place, { recursive: true, force: true }));
    const queries = 150_000;
    const rows = Array.from({ length: queries }, (_, number) => `{"question":"q${number}","answer":"${number}"}`);
    await writeFile(join(place, 'rows.jsonl'), rows.join('\n'));
    const file = join(place, 'many.yaml');
    const fields =
      'fields: { question: question }\nreference: answer\nscorers: { same: exact-match }\nsplit: { shares: { validate: 0.9, test: 0.1 }, seed: 1 }';
    await writeFile(
      file,
      `name: many\ndescription: Sums.\nanswer_format: A number.\nfile: rows.jsonl\n${fields}\noperators: [custom]\n`,
    );
    const { known } = await learnBenchmarks(place, place, [file]);
    expect(known.filter(({ benchmark: { name } }) => name === 'many')).toHaveLength(queries);
  });
});
