import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecordedAnswers } from '../../../../services/cli/rescore/read-recorded-answers.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'recorded-'));
});
afterAll(() => rm(root, { recursive: true }));

async function fileOf(name: string, text: string): Promise<string> {
  await writeFile(join(root, name), text);
  return join(root, name);
}

const good = '{"q": 0, "prediction": "5", "score": 1}\n';

describe('recorded answers', () => {
  it.each([
    ['bad JSON', '{"q": 0', /line 2: not valid JSON/],
    ['a missing field', '{"q": 0, "prediction": "5"}', /line 2: field "score" is missing/],
    ['a score above 1', '{"q": 0, "prediction": "5", "score": 7}', /line 2: field "score" is wrong/],
    ['an answer that is no text', '{"q": 0, "prediction": 5, "score": 1}', /line 2: field "prediction" is wrong/],
  ])('name the line of %s', async (_what, line, sentence) => {
    await expect(readRecordedAnswers(await fileOf('bad.jsonl', good + line))).rejects.toThrow(sentence);
  });

  it('know their lines, empty ones counted', async () => {
    const { answers } = await readRecordedAnswers(await fileOf('gaps.jsonl', `\n${good}\n\n${good}`));
    expect(answers.map(({ line }) => line)).toEqual([2, 5]);
  });

  it('are refused if there are none', async () => {
    await expect(readRecordedAnswers(await fileOf('empty.jsonl', '\n'))).rejects.toThrow('name a file of recorded answers');
    await expect(readRecordedAnswers(join(root, 'none.jsonl'))).rejects.toThrow('none.jsonl is not there');
  });

  it('without a matrix belong to the places of the split', async () => {
    const { split, queryIndexOf } = await readRecordedAnswers(await fileOf('Plain.answers.jsonl', good));
    expect(split).toBeUndefined();
    expect(queryIndexOf(7)).toBe(7);
  });

  it('with a matrix belong to the queries that it names', async () => {
    await fileOf('With.matrix.json', '{"split": "test", "queries": [{"split_index": 12}]}');
    const { split, queryIndexOf } = await readRecordedAnswers(await fileOf('With.answers.jsonl', good));
    expect(split).toBe('test');
    expect([queryIndexOf(0), queryIndexOf(1)]).toEqual([12, undefined]);
  });

  it('are refused with a matrix that cannot be read', async () => {
    await fileOf('Broken.matrix.json', '{"split": "test"}');
    await expect(readRecordedAnswers(await fileOf('Broken.answers.jsonl', good))).rejects.toThrow(
      /Broken\.matrix\.json, which says which queries were answered, cannot be read: .*queries/,
    );
  });
});
