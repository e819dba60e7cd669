import { describe, expect, it } from 'vitest';
import { leakedTests, sharedQueries } from '../../../../services/shared/benchmarks/find-leaks.ts';
import { loadBenchmark } from '../../../../services/shared/benchmarks/load-benchmark.ts';
import { aflowFiles } from '../../../support/benchmarks/aflow-files.ts';

const code = (tests: string, reference: string) => ({
  id: tests,
  fields: { prompt: 'p', entry_point: 'double', tests },
  reference,
});

describe('public tests among the hidden ones', () => {
  it('are found by the name of the function or as candidate, whatever the spaces', () => {
    const hidden = 'def check():\n    assert double(2) == 4\n    assert double(3)==6';
    const queries = [
      code('assert candidate(2)==4', hidden),
      code('assert double(9) == 18\nassert candidate( 3 ) == 6', hidden),
      code('assert candidate(5) == 10', hidden),
      code('assert candidate(2)==4', 'def check(candidate):\n    assert candidate(2) == 4'),
      code('', hidden),
    ];
    expect(leakedTests(queries)).toEqual([
      expect.stringMatching(/^In 3 of 5 queries, public tests are literally among the hidden ones\./),
    ]);
    expect(leakedTests(queries.slice(2, 3))).toEqual([]);
  });
});

describe('queries of two splits', () => {
  it('are one if all fields agree, public tests and spaces apart', () => {
    const query = (question: string, tests: string) => ({
      id: question,
      fields: { question, tests, note: tests },
      reference: '',
    });
    const other = { split: 'test', queries: [query('How  many?', 'a'), query('Why?', 'b')] };
    const shared = sharedQueries([query('How many? ', 'c'), query('Who?', 'd')], other, ['question', 'tests']);
    expect(shared).toEqual([expect.stringMatching(/^1 of 2 queries are in the split test too\./)]);
    expect(sharedQueries([query('Why?', 'c')], other, ['question', 'note'])).toEqual([]);
  });
});

describe.skipIf(aflowFiles === undefined)("AFlow's files", () => {
  it.each([
    ['mbpp', 'validate', /^In 85 of 86 queries, /],
    ['humaneval', 'validate', /^In 17 of 33 queries, /],
    ['drop', 'test', /\d+ of 800 queries are in the split validate too\./],
  ])('of %s %s come with a warning', async (name, split, warning) => {
    const { warnings } = await loadBenchmark({ name, split, folder: aflowFiles ?? '', compareSplits: true });
    expect(warnings).toEqual([expect.stringMatching(warning)]);
  });

  it.each(['gsm8k', 'math'])('of %s hold nothing to warn of', async (name) => {
    for (const split of ['validate', 'test']) {
      expect((await loadBenchmark({ name, split, folder: aflowFiles ?? '', compareSplits: true })).warnings).toEqual([]);
    }
  });
});
