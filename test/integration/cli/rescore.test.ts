import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { benchmarkDefinitionOf } from '../../../services/shared/benchmarks/registry.ts';
import { runCli } from '../../support/run-cli.ts';

let root = '';
let references: string[] = [];
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'rescore-'));
  const { queries } = await benchmarkDefinitionOf('sample').loadSplit('test', root);
  references = queries.map(({ reference }) => reference);
});
afterAll(() => rm(root, { recursive: true }));

interface Line {
  readonly q: number;
  readonly prediction: string;
  readonly score: number;
  readonly run?: string;
  readonly round?: number;
}

async function fileOf(name: string, lines: readonly Line[]): Promise<string> {
  const text = lines.map((line) => JSON.stringify(line)).join('\n');
  await writeFile(join(root, name), name.endsWith('.gz') ? gzipSync(text) : text);
  return join(root, name);
}

const rescore = (file: string, ...more: readonly string[]) => runCli('rescore', file, '--benchmark', 'sample', ...more);

/** Four right answers and one that AFlow's rule takes for wrong and a careful reader for right, from a place of the split on. */
function fiveAnswers(offset: number): Line[] {
  return [0, 1, 2, 3, 4].map((index) => {
    const reference = references[offset + index];
    const marked = `It is \\boxed{${reference}}`;
    const prediction = index === 3 ? `${marked} after 1234567 steps` : marked;
    return { q: index, prediction, score: 1, run: 'made-up', round: index + 1 };
  });
}

describe('scale rescore', () => {
  test('finds the queries by the matrix beside the file, and lists each answer whose score differs', async () => {
    const file = await fileOf('Made.test.answers.jsonl.gz', fiveAnswers(40));
    const queries = [40, 41, 42, 43, 44].map((split_index) => ({ split_index }));
    await writeFile(join(root, 'Made.test.matrix.json'), JSON.stringify({ split: 'test', queries }));

    const { code, stdout } = await rescore(file, '--json');
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ split: 'test', scorer: 'gsm8k-aflow', answers: 5, agreeing: 4, agreement: 0.8 });
    expect(document.disagreements).toEqual([
      {
        line: 4,
        run: 'made-up',
        round: 4,
        query: 'sample-test-44',
        recorded: 1,
        score: 0,
        extracted: '1234567',
        answer: expect.stringContaining('after 1234567 steps'),
      },
    ]);
    expect(code).toBe(0);
  });

  test('says it in words, and ends with 6 where less agrees than is required', async () => {
    const file = await fileOf('words.jsonl', fiveAnswers(0));
    const [required, strict] = await Promise.all([
      rescore(file, '--split', 'test', '--require', '0.9'),
      rescore(file, '--split', 'test', '--scorer', 'strict', '--limit', '2', '--require', '1'),
    ]);
    expect(required.stdout).toMatch(/^line 4, query sample-test-04: recorded 1, now 0, from "1234567"$/m);
    expect(required.stdout).toContain('gsm8k-aflow: 4 of 5 answers get the recorded score (80.00 %)');
    expect(required.stdout).toContain('that is less than the 90 % required');
    expect(required.code).toBe(6);
    expect(strict.stdout).toContain('gsm8k-strict: 2 of 2');
    expect(strict.code).toBe(0);
  });

  test('refuses a place that no query has, and an unknown scorer, with one sentence', async () => {
    const file = await fileOf('bad.jsonl', [...fiveAnswers(0), { q: 99, prediction: '5', score: 1 }]);
    const [place, scorer] = await Promise.all([rescore(file), rescore(file, '--scorer', 'kind')]);
    expect(place.stderr).toMatch(/bad\.jsonl, line 6: field "q" is 99, but the split has 60 queries/);
    expect(scorer.stderr).toContain('benchmark sample has the scorers aflow, strict; there is no scorer "kind"');
    expect([place.code, place.stdout, scorer.code, scorer.stdout]).toEqual([2, '', 2, '']);
  });
});
