import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseExpression } from '../../../../services/domain/workflow/expression/expression.ts';
import { loadBenchmark } from '../../../../services/shared/benchmarks/load-benchmark.ts';

const file = `
name: long
description: Passages.
answer_format: A number.
file: long.csv
split: { shares: { validate: 0.5, test: 0.5 }, seed: 1 }
fields: { passage: passage }
reference: answer
scorers: { number: number }
`;

test('fields that no workflow can read whole are told before anything is spent, with a way to read them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-long-queries-'));
  try {
    const path = join(folder, 'long.yaml');
    const load = async (passage: string): Promise<readonly string[]> => {
      const rows = Array.from({ length: 8 }, (_, row) => `${row} ${passage},${row}`);
      await writeFile(path, file);
      await writeFile(join(folder, 'long.csv'), ['passage,answer', ...rows].join('\n'));
      return (await loadBenchmark({ name: path, split: 'validate', folder })).warnings;
    };
    const tooLong = 'x'.repeat(262_144);
    const [warning, ...others] = await load(tooLong);
    expect(warning).toMatch(/^In 4 of 4 queries, a field has more than 262144 characters \(query .*, passage: 262146\)/);
    expect([...others, ...(await load('short'))].filter((each) => each.includes('characters'))).toEqual([]);
    // Both halves of what it says.
    const of = (text: string) => () => parseExpression(text).evaluate(() => ({ passage: `0 ${tooLong}` }));
    expect(of('query.passage')).toThrow('a text of 262146 characters is longer than 262144');
    expect(of('query.passage.substring(0, 20000)')()).toHaveLength(20_000);
  } finally {
    await rm(folder, { recursive: true });
  }
});
