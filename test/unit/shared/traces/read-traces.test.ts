import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { truthOf } from '../../../../services/domain/replay/recorded-search.ts';
import { readTraces } from '../../../../services/shared/traces/read-traces.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'traces-'));
});
afterAll(() => rm(root, { recursive: true }));

async function folderOf(name: string, files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  for (const [file, content] of Object.entries(files)) {
    const text = typeof content === 'string' ? content : JSON.stringify(content);
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), file.endsWith('.gz') ? gzipSync(text) : text);
  }
  return folder;
}

const queries = [{ id: 'a' }, { id: 7 }];

test('one search with repeats: rounds without gaps, their parents, null as 0', async () => {
  const runs = [
    { round: 2, scores: [1, 0] },
    { round: 5, scores: [1, null] },
    { round: 2, scores: [1, 1] },
  ];
  const folder = await folderOf('one', {
    'X.validate.matrix.json.gz': { benchmark: 'X', split: 'validate', queries, runs },
    'parents.json': { X: { 2: 1, 5: 2 } },
  });
  const [search, ...others] = await readTraces(folder);
  expect(others).toEqual([]);
  expect(search).toMatchObject({ source: 'X', name: 'X', queryCount: 2 });
  expect(search?.workflows).toEqual([
    {
      round: 1,
      parentRound: 0,
      repeats: [
        [1, 0],
        [1, 1],
      ],
    },
    { round: 2, parentRound: 1, repeats: [[1, 0]] },
  ]);
  expect(search?.workflows.map(truthOf)).toEqual([0.75, 0.5]);
});

test('several searches in one file, in a folder below; files of one workflow are no searches', async () => {
  const run = (search: number, round: number) => ({ search, round, scores: [0, 1] });
  const folder = await folderOf('several', {
    'forks/Y.matrix.json': { n: 2, searches: 2, runs: [run(1, 1), run(1, 2), run(2, 1), run(2, 3)] },
    'X.test.matrix.json': { benchmark: 'X', queries, runs: [{ round: 14, scores: [1, 1] }] },
  });
  const searches = await readTraces(folder);
  expect(searches.map(({ name, source, workflows }) => [name, source, workflows.length])).toEqual([
    ['Y 1', 'Y', 2],
    ['Y 2', 'Y', 2],
  ]);
});

test.each([
  ['nothing', {}, /holds no file named \*\.matrix\.json/],
  [
    'lonely',
    { 'a.matrix.json': { benchmark: 'X', queries, runs: [{ round: 1, scores: [1, 1] }] } },
    /no search with two workflows/,
  ],
  ['cut', { 'a.matrix.json': '{"n": 2, ' }, /a\.matrix\.json: cannot be read: .*JSON/],
  ['other', { 'a.matrix.json': { rows: [] } }, /a\.matrix\.json: the document: is not a matrix of recorded scores/],
  [
    'short',
    { 'a.matrix.json': { benchmark: 'X', queries, runs: [{ round: 1, scores: [1] }] } },
    /a run of round 1 has 1 scores for 2 queries/,
  ],
  [
    'outside',
    { 'a.matrix.json': { benchmark: 'X', queries, runs: [{ round: 1, scores: [1, 2] }] } },
    /a run of round 1 has the score 2, which is not in \[0, 1\]/,
  ],
])('a folder with %s wrong is refused in one sentence', async (name, files, sentence) => {
  const folder = await folderOf(name, files);
  await expect(readTraces(folder)).rejects.toThrow(sentence);
});

test('a folder that is not there is named', async () => {
  await expect(readTraces(join(root, 'missing'))).rejects.toThrow(/missing: there is no such folder/);
});
