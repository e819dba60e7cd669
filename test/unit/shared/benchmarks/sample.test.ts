import { describe, expect, it } from 'vitest';
import { loadBenchmark } from '../../../../services/shared/benchmarks/load-benchmark.ts';
import { hashBenchmark } from '../../../../services/shared/contracts/benchmark-codec.ts';

const load = (split: string) => loadBenchmark({ name: 'sample', split, folder: 'nowhere' });

describe('the built-in sample benchmark', () => {
  it('has 60 problems in each split, and none in both', async () => {
    const [validate, test] = await Promise.all([load('validate'), load('test')]);
    const questions = [...validate.queries, ...test.queries].map(({ fields }) => fields.question);
    expect([validate.queries.length, test.queries.length]).toEqual([60, 60]);
    expect(new Set(questions).size).toBe(120);
  });

  it('is the same on every machine', async () => {
    const { queries } = await load('validate');
    expect(queries[0]).toEqual({
      id: 'sample-validate-01',
      fields: { question: 'Lena has 20 marbles and is given 23 more. How many marbles does Lena have now?' },
      reference: '43',
    });
    expect(hashBenchmark(await load('validate'))).toBe(hashBenchmark(await load('validate')));
  });

  it('asks for positive whole numbers', async () => {
    for (const split of ['validate', 'test']) {
      for (const { reference } of (await load(split)).queries) expect(reference).toMatch(/^[1-9]\d*$/);
    }
  });

  it.each<[RegExp, (...numbers: number[]) => number]>([
    [/^A bakery sets out (\d+) trays with (\d+) /, (trays = 0, each = 0) => trays * each],
    [/is (\d+) metres long and (\d+) metres wide.*gate of (\d+) .*costs \$(\d+) a metre/, fenceCost],
    [/^A tank holds (\d+) .* adds (\d+) .* loses (\d+) .* after (\d+) /, (s = 0, a = 0, l = 0, m = 0) => s + (a - l) * m],
    [/sells (\d+) adult .* \$(\d+) and (\d+) child .* costs \$(\d+)/, (a = 0, p = 0, c = 0, f = 0) => a * p + (c * p) / 2 - f],
    [/cost \$(\d+) each are sold for (\d+)% less.* for (\d+) of/, (p = 0, d = 0, n = 0) => (n * p * (100 - d)) / 100],
  ])('gives the answer that the words of the problem ask for: %s', async (pattern, expected) => {
    const matching = (await load('validate')).queries.flatMap(({ fields, reference }) => {
      const match = fields.question?.match(pattern);
      return match ? [{ numbers: match.slice(1).map(Number), reference }] : [];
    });
    expect(matching.length).toBeGreaterThan(0);
    for (const { numbers, reference } of matching) expect(Number(reference)).toBe(expected(...numbers));
  });
});

function fenceCost(length = 0, width = 0, gate = 0, price = 0): number {
  return (2 * (length + width) - gate) * price + 10 * price;
}
