import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { textKeyOf } from '../../../../../services/shared/benchmarks/releases/content-hash.ts';
import { drop } from '../../../../../services/shared/benchmarks/releases/drop.ts';
import { gsm8k } from '../../../../../services/shared/benchmarks/releases/gsm8k.ts';
import { hotpotqa } from '../../../../../services/shared/benchmarks/releases/hotpotqa.ts';
import { humaneval, recipeSourceOf } from '../../../../../services/shared/benchmarks/releases/humaneval.ts';
import { math } from '../../../../../services/shared/benchmarks/releases/math.ts';
import { mbpp } from '../../../../../services/shared/benchmarks/releases/mbpp.ts';
import { recipeFor } from '../../../../../services/shared/benchmarks/releases/recipe.ts';
import type { ReleasedBenchmark } from '../../../../../services/shared/benchmarks/releases/released-benchmark.ts';
import type { SplitManifest } from '../../../../../services/shared/benchmarks/releases/split-manifest.ts';
import { madeUpGsm8k } from '../../../../support/benchmarks/made-up-release.ts';
import { hotpotParquet } from '../../../../support/benchmarks/parquet-releases.ts';
import { tarOf } from '../../../../support/benchmarks/tar.ts';

/** The lines of a file that has the rows with these keys, from the bytes of a release. */
async function rebuilt(
  benchmark: ReleasedBenchmark,
  release: string | Uint8Array,
  file: string,
  found: Pick<SplitManifest, 'keys' | 'recipes'>,
): Promise<readonly string[]> {
  const rows = (await benchmark.sources[0]?.rowsOf([Buffer.from(release)])) ?? [];
  return benchmark.rebuild(rows, file, { rows: 0, ...found });
}

const jsonLines = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

describe('GSM8K', () => {
  it('parts the working from the answer, and numbers rows as in the release', async () => {
    const release = jsonLines(madeUpGsm8k.rows);
    expect(await rebuilt(gsm8k, release, 'x', { keys: ['2'] })).toEqual(madeUpGsm8k.validate);
    expect(await rebuilt(gsm8k, release, 'x', { keys: ['0', '1'] })).toEqual(madeUpGsm8k.test);
  });

  it('says what is missing in another release', async () => {
    const release = jsonLines([...madeUpGsm8k.rows, { question: 'No answer?', answer: 'None.' }]);
    await expect(rebuilt(gsm8k, release, 'gsm8k_test.jsonl', { keys: ['2 3 4'] })).rejects.toThrow(
      '2 of the 3 rows of gsm8k_test.jsonl are missing from it or not as they should be, the first of them the row with the key 3',
    );
    await expect(rebuilt(gsm8k, `${release}{"question"`, 'x', {})).rejects.toThrow(/^line 5 is not JSON/);
  });
});

describe('MATH', () => {
  const problem = { problem: 'What is $1 +\n1$?', level: 'Level 5', type: 'Prealgebra', solution: 'It is $\\boxed{2}$, not é.' };

  it('finds problems in the test set of the archive by their text', async () => {
    const archive = tarOf([
      { path: 'MATH/train/prealgebra/1.json', content: JSON.stringify({ ...problem, solution: 'of the training set' }) },
      { path: 'MATH/test/prealgebra/1.json', content: JSON.stringify({ ...problem, extra: 1 }) },
    ]);
    const line =
      String.raw`{"problem": "What is $1 +\n1$?", "level": "Level 5", "type": "Prealgebra", ` +
      String.raw`"solution": "It is $\\boxed{2}$, not \u00e9."}`;
    const keys = [textKeyOf('What is $1 + 1$?')];
    expect(await rebuilt(math, archive, 'x', { keys })).toEqual([line]);
    expect(await rebuilt(math, gzipSync(archive), 'x', { keys })).toEqual([line]);
  });
});

describe('DROP', () => {
  it('takes rows as they are, with their numbers as ids', async () => {
    const row = { context: 'Passage: Two.\nQuestion: How many?\nAnswer:', completion: ' 2', ref_text: '2|two' };
    expect(await rebuilt(drop, gzipSync(jsonLines([{}, row])), 'x', { keys: ['1'] })).toEqual([
      String.raw`{"context": "Passage: Two.\nQuestion: How many?\nAnswer:", "completion": " 2", "ref_text": "2|two", "id": 1}`,
    ]);
  });
});

describe('HotpotQA', () => {
  const row = {
    _id: 'abc',
    answer: 'yes',
    question: 'Is it so?',
    supporting_facts: [['It', 0]],
    context: [['It', ['It is.']]],
    type: 'bridge',
    level: 'hard',
  };
  const rest =
    '"answer": "yes", "question": "Is it so?", "supporting_facts": [["It", 0]], "context": [["It", ["It is."]]], ' +
    '"type": "bridge", "level": "hard"}';

  it('finds rows by id, or by question where AFlow has a number for the id', async () => {
    const release = JSON.stringify([row]);
    const file = 'hotpotqa_validate.jsonl';
    expect(await rebuilt(hotpotqa, release, file, { keys: ['abc'] })).toEqual([`{"_id": "abc", ${rest}`]);
    const keys = [`37=${textKeyOf('Is it so?')}`];
    expect(await rebuilt(hotpotqa, release, file, { keys })).toEqual([`{"_id": 37, ${rest}`]);
  });

  it('reads the same rows as its authors publish them in Parquet', async () => {
    const official = [
      row,
      {
        ...row,
        _id: 'def',
        supporting_facts: [
          ['It', 0],
          ['Is', 2],
        ] as [string, number][],
      },
    ];
    const rows = (await hotpotqa.sources[2]?.rowsOf([hotpotParquet(official)])) ?? [];
    const manifest = { rows: 0, keys: ['abc def'] };
    const lines = official.map((each) => JSON.stringify(each));
    const rebuiltRows = hotpotqa
      .rebuild(rows, 'hotpotqa_validate.jsonl', manifest)
      .map((line) => JSON.stringify(JSON.parse(line)));
    expect(rebuiltRows).toEqual(lines);
    await expect(hotpotqa.sources[2]?.rowsOf([Buffer.from('<html>')])).rejects.toThrow(/not a Parquet file, or is damaged/);
  });

  it('does not make a test split up', () => {
    expect(hotpotqa.files['hotpotqa_test.jsonl']?.optional).toContain("only AFlow's own data archive holds it");
  });
});

describe('HumanEval', () => {
  const official = {
    task_id: 'HumanEval/7',
    prompt: 'def twice(n):\n    """ Twice n.\n    >>> twice(4)\n    8\n    """\n',
    entry_point: 'twice',
    canonical_solution: '    return 2 * n\n',
    test: 'def check(candidate):\n    assert candidate(1) == 2\n',
  };

  it('takes rows as they are, and copies public tests together by recipe', async () => {
    const release = gzipSync(jsonLines([official]));
    const [line = ''] = await rebuilt(humaneval, release, 'x', { keys: ['7'] });
    expect(JSON.parse(line)).toEqual(official);
    const source = recipeSourceOf(official);
    const recipes = ['assert candidate(4) == 8', 'assert candidate(1) == 2'].map((text) => `7: ${recipeFor(text, source)}`);
    expect(await rebuilt(humaneval, release, 'x', { recipes })).toEqual([
      '{"problem_id": "HumanEval/7", "test": ["assert candidate(4) == 8", "assert candidate(1) == 2"], "entry_point": "twice"}',
    ]);
  });
});

describe('MBPP', () => {
  const official = (code: string, ...test_list: string[]) => ({
    source_file: 'made up',
    task_id: 9_001,
    prompt: 'Write a function to double a number.',
    code,
    test_imports: [],
    test_list,
  });

  it('makes prompt, name and tests out of code and asserts', async () => {
    const row = official(
      'import math\ndef other(): pass\ndef twice(n): \n    return 2 * n',
      'assert twice(4) == 8',
      'assert twice(1)',
    );
    const [line = ''] = await rebuilt(mbpp, JSON.stringify([row]), 'mbpp_test.jsonl', { keys: ['9001'] });
    expect(JSON.parse(line)).toEqual({
      ...row,
      prompt: 'Write a function to double a number.\nimport math\ndef twice(n): ',
      entry_point: 'twice',
      test: 'def check():\n    assert twice(4) == 8\n    assert twice(1)\n',
    });
  });

  it.each([
    ['assert twice(4) == 8', 'assert candidate(4) == 8'],
    ['assert set(twice(4)) == {8}', 'assert candidate(twice(4)) == {8}'],
    ['assert not twice(4)', 'assert not twice(4)'],
    ['assert math.isclose(twice(4), 8.0)', 'assert math.isclose(twice(4), 8.0)'],
  ])('has the public test that AFlow would have had for %s', async (first, expected) => {
    const release = JSON.stringify([official('def twice(n): pass', first, 'assert twice(1)')]);
    const [line = ''] = await rebuilt(mbpp, release, 'mbpp_public_test.jsonl', { keys: ['9001'] });
    expect(line).toBe(`{"entry_point": "twice", "test": ["${expected}"]}`);
  });
});
