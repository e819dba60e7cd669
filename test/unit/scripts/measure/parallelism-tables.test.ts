import { expect, test } from 'vitest';
import { parallelismTables, type Trial, withMeasuredTables } from '../../../../scripts/measure/parallelism-tables.ts';

const trial = (seed: number, parallelism: number, right: number, rest: Partial<Trial> = {}): Trial => ({
  ...{ benchmark: 'gsm8k', seed, parallelism, parents: 'drawn', regret: seed, proposals: 20, tried: 0, underWay: 0 },
  testScores: Array.from({ length: 10 }, (_, query) => (query < right ? 1 : 0)),
  ...rest,
});

test('a row for each P, in order, with its difference to P = 1 paired by seed', () => {
  const lines = parallelismTables([
    trial(1, 4, 8, { tried: 1, underWay: 2 }),
    trial(2, 4, 9),
    trial(1, 1, 7),
    trial(2, 1, 8),
    trial(3, 1, 8),
  ]).split('\n');
  expect(lines[0]).toBe('**gsm8k**');
  const [one, four] = lines.filter((line) => line.startsWith('| drawn')).map((line) => line.split(' | '));
  expect(one?.slice(0, 3)).toEqual(['| drawn', '1', '3']);
  expect(one?.[3]).toMatch(/^76\.67 \(/);
  expect(one?.[4]).toBe('–');
  expect(four?.[4]).toMatch(/^10\.00 \(−/);
  expect(four?.[5]).toMatch(/^1\.50 \(/);
  expect(four?.slice(6)).toEqual(['3 of 40 (7.5 %)', '2 |']);
});

test('tables replace what stands between the comments of the page, and nothing else', () => {
  const page = 'before\n<!-- simulated searches -->\nold\n<!-- end of simulated searches -->\nafter\n';
  expect(withMeasuredTables(page, 'new')).toBe(
    'before\n<!-- simulated searches -->\n\nnew\n<!-- end of simulated searches -->\nafter\n',
  );
});
