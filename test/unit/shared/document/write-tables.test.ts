import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Document, Table } from '../../../../services/shared/document/document.ts';
import { tableToCsv, tableToLatex, writeTables } from '../../../../services/shared/document/write-tables.ts';

const table: Table = {
  ...{ kind: 'table', title: 'Scores, by method', of: 'method' },
  columns: [{ name: 'score' }, { name: 'tokens' }, { name: 'note', text: true }],
  rows: [
    {
      name: 'full_50%',
      cells: [{ unit: 'percent', value: 91.2, low: 90, high: 92.5 }, { unit: 'tokens', value: 1234567 }, 'a "b", c'],
    },
    { name: 'x\\y {z} ~^', cells: [undefined, null, ['one', 'two']] },
    { name: 'all', cells: [{ unit: 'points', value: -1.26 }, { unit: 'tokens', value: 0 }, ''], total: true },
  ],
};

test('a table as CSV has its figures as they were computed, with their intervals, and nothing for what is not known', () => {
  expect(tableToCsv(table).split('\n')).toEqual([
    'method,score,"score, low","score, high",tokens,note',
    'full_50%,91.2,90,92.5,1234567,"a ""b"", c"',
    'x\\y {z} ~^,,,,,one; two',
    'all,-1.26,,,0,',
    '',
  ]);
});

test('a table as LaTeX is what people read, and no text in it is a command', () => {
  const lines = tableToLatex(table, true).split('\n');
  expect(lines).toContain('\\begin{tabular}{lrrl}');
  expect(lines).toContain('full\\_50\\% & 91.2 (90.0--92.5) & 1.23 M & a "b", c \\\\');
  expect(lines).toContain('x\\textbackslash{}y \\{z\\} \\textasciitilde{}\\textasciicircum{} & -- & -- & one; two \\\\');
  expect(lines.indexOf('\\midrule')).toBeLessThan(lines.lastIndexOf('\\midrule'));
  expect(lines.join()).toContain('this is no result');
});

test('each table of a document has two files, and those of before are gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-tables-'));
  const section = { id: 's', title: 'Found', blocks: [{ kind: 'beside' as const, blocks: [table] }] };
  const document: Document = { name: 'd', title: 'd', simulated: false, header: [table], sections: [section] };
  try {
    await writeTables(folder, document);
    const names = [
      '1-scores-by-method.csv',
      '1-scores-by-method.tex',
      '2-found-scores-by-method.csv',
      '2-found-scores-by-method.tex',
    ];
    expect((await readdir(join(folder, 'tables'))).sort()).toEqual(names);
    await writeTables(folder, { ...document, sections: [] });
    expect(await readdir(join(folder, 'tables'))).toHaveLength(2);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('tables that several write at once are all there in the end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scale-tables-'));
  const section = { id: 's', title: 'Found', blocks: [table] };
  const document: Document = { name: 'd', title: 'd', simulated: false, header: [table], sections: [section] };
  try {
    await Promise.all(Array.from({ length: 8 }, () => writeTables(folder, document)));
    expect(await readdir(join(folder, 'tables'))).toHaveLength(4);
  } finally {
    await rm(folder, { recursive: true });
  }
});
