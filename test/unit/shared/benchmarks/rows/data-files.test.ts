import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Query } from '../../../../../services/domain/benchmark.ts';
import type { BenchmarkError } from '../../../../../services/shared/benchmarks/benchmark-error.ts';
import { loadBenchmark } from '../../../../../services/shared/benchmarks/load-benchmark.ts';
import { readRows } from '../../../../../services/shared/benchmarks/rows/read-rows.ts';
import { rowsOfParquet } from '../../../../../services/shared/benchmarks/rows/rows-of-parquet.ts';
import { teams, ticketExports, tickets } from '../../../../support/benchmarks/tickets.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);

/** A benchmark of that data file with these lines beside the usual ones. */
async function load(file: string, lines: string, split = 'all') {
  const rule = lines.includes('split:') ? '' : 'split: { shares: { all: 1 } }\n';
  const usual = ['fields:', 'reference:', 'scorers:'].filter((key) => !lines.includes(key));
  const defaults: Record<string, string> = {
    'fields:': 'fields: { question: q }',
    'reference:': 'reference: a',
    'scorers:': 'scorers: { exact: exact-match }',
  };
  const text = `name: own\ndescription: A task.\nanswer_format: A word.\nfile: ${file}\n${rule}${usual.map((key) => `${defaults[key]}\n`).join('')}${lines}\n`;
  await put('own.yaml', text);
  return loadBenchmark({ name: join(folder, 'own.yaml'), split, folder: '', compareSplits: true });
}

const pairs = (queries: readonly Query[]) => queries.map(({ fields, reference }) => [fields.question, reference]);

/** How many they have in common. */
const shared = (some: ReadonlySet<unknown>, others: ReadonlySet<unknown>) => [...some].filter((one) => others.has(one)).length;

async function refusal(loading: Promise<unknown>): Promise<BenchmarkError> {
  return loading.then(
    () => expect.fail('it was not refused'),
    (error: BenchmarkError) => error,
  );
}

describe('a table of texts', () => {
  const wanted = [
    ['one, "two"; three?', 'x'],
    ['four\nfive?', 'y;z'],
  ];
  const table = (separator: string) =>
    `n${separator}q${separator}a\n1${separator}"one, ""two""; three?"${separator}x\n2${separator}"four\nfive?"${separator}"y;z"\n`;

  it.each([
    ['commas', table(',')],
    ['semicolons', table(';')],
    ['tabs', table('\t')],
    ['bars', table('|')],
    ['a byte order mark and CRLF', `\ufeff${table(';').replace('1;', '1;').replaceAll('a\n', 'a\r\n')}`],
    ['the line that spreadsheets read', `sep=;\n${table(';')}`],
    ['comments above it', `# exported by "Jo", 2026\n#\n# n,q;a\n${table(';')}`],
    ['a title above it, filled up with empty cells', `Tickets of March,,\n,,\n${table(',')}`],
    ['a title above it', `Tickets of March; all of them\n\n${table(',')}`],
    ['columns without a name, and rows without a cell', `${table(',').replaceAll(/^(n,q,a|1,.*x)$/gm, '$1,,')},,,,\n`],
  ])('is read with %s', async (_what, text) => {
    await put('d.csv', text);
    const { queries, warnings } = await load('d.csv', '');
    expect(pairs(queries)).toEqual(wanted);
    expect(warnings).toEqual([]);
  });

  it('can be told its form', async () => {
    await put('d.csv', '% q;a\n!q^a\nq^a\none?^x\n');
    for (const format of ['{ separator: "^", skip_lines: 2 }', '{ separator: "^" }', '{ skip_lines: 2, separator: "^" }'])
      expect(pairs((await load('d.csv', `format: ${format}`)).queries)).toEqual([['one?', 'x']]);
    await expect(load('d.csv', 'format: { separator: ", " }')).rejects.toThrow(/format\.separator must be one character, or tab/);
  });

  it('has its columns found where none is known to be wanted', async () => {
    for (const [as, write] of Object.entries(ticketExports)) {
      const name = as === 'json' ? 'd.json' : 'd.csv';
      await put(name, as === 'json' ? write(tickets()) : write(tickets()).replace(/^\ufeff?/, '# Export of "all" tickets\n'));
      const { rows, columns, faults } = await readRows(join(folder, name), '');
      expect([columns, rows.length, faults]).toEqual([Object.keys(tickets()[0] ?? {}), 300, []]);
    }
    await put('d.csv', '#,q,a\n1,x,y\n');
    expect((await readRows(join(folder, 'd.csv'), '')).columns).toEqual(['#', 'q', 'a']);
  });
});

describe('all that is wrong with a file', () => {
  it('is told at once, a sentence for each kind with its places', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => `q ${index},${'xyz'.charAt(index % 3)}`);
    for (const index of [3, 9, 11, 20, 30, 31]) rows[index] = ',x';
    rows[5] = 'q,x,y';
    rows[7] = 'q 7,stok';
    await put('d.csv', `q,a\n${rows.join('\n')}\n`);
    const error = await refusal(load('d.csv', 'scorers: { c: { kind: choice, choices: [x, y, z] } }'));
    const path = join(folder, 'd.csv');
    expect(error.message.split('\n')).toEqual([
      `${path}: 8 rows cannot be used, for 3 reasons`,
      `  ${path}, line 7: 3 cells for 2 columns; a cell that holds the separator is written in double quotes`,
      `  ${path}, line 5: the column "q" is empty (and in 5 more: lines 11, 13, 22, 32 and 1 more)`,
      `  ${path}, line 9: the scorer c cannot judge this query: its reference "stok" is none of the choices x, y, z`,
    ]);
    expect(error.sentences).toHaveLength(3);
  });

  it('includes each setting of the benchmark file', async () => {
    await put('d.csv', 'q,a\nx,y\n');
    const error = await refusal(load('d.csv', 'epmty: skip\nduplicates: never\nid: ""'));
    expect(error.sentences.map((sentence) => sentence.replace(/^.*own\.yaml:\d+: /, ''))).toEqual([
      expect.stringContaining('duplicates must be keep, together or drop'),
      expect.stringContaining('id must be the name of a column'),
      'a benchmark file has no setting "epmty"; did you mean "empty"?',
    ]);
  });

  it('names a column once that no row has, with what was meant', async () => {
    await put('d.jsonl', '{"question": "a?", "a": "x"}\n{"question": "b?", "a": "y"}\n');
    await expect(load('d.jsonl', 'fields: { question: qestion }')).rejects.toThrow(
      /d\.jsonl, line 1: the column "qestion" is missing; the columns are question, a; did you mean "question"\?$/,
    );
  });

  it('names the fields of the group that a path leads into, also one that a YAML comment has cut', async () => {
    await put('d.jsonl', '{"question": "a?", "a": "x", "meta": {"src": "z", "case #": 1}}\n');
    await expect(load('d.jsonl', 'id: meta.case # of the desk\nfields: { question: question }')).rejects.toThrow(
      'the column "meta.case" is missing; the columns are meta.src, meta.case #; did you mean "meta.case #"? In YAML, # after a blank begins a comment: put such a name in quotes.',
    );
  });
});

describe('empty cells', () => {
  const text = 'q,hint,a\none?,h,x\ntwo?,,y\n,,z\nfour?,h,\n';

  it('are refused where nothing is left to ask or to judge by, or such rows are left out', async () => {
    await put('d.csv', text);
    const fields = 'fields: { question: q, hint: hint }';
    const error = await refusal(load('d.csv', fields));
    expect(error.message).toMatch(/line 4: the column "q" is empty/);
    expect(error.message).toMatch(/line 5: the column "a" is empty/);
    const { queries, warnings } = await load('d.csv', `${fields}\nempty: skip`);
    expect(pairs(queries)).toEqual([
      ['one?', 'x'],
      ['two?', 'y'],
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(/^2 rows of .*d\.csv left out, since a cell that is needed is empty: lines 4, 5$/),
      'the field hint is empty in 1 query: line 3',
    ]);
  });

  it('are nothing, null and what a row does not have, in JSON', async () => {
    await put('d.jsonl', '{"q": "one?", "a": "x"}\n{"q": null, "a": "y"}\n{"a": "z"}\n');
    expect(pairs((await load('d.jsonl', 'empty: skip')).queries)).toEqual([['one?', 'x']]);
  });
});

describe('JSON', () => {
  it.each([
    ['a list under a name', '{"version": 2, "data": [{"q": "one?", "a": "x"}]}', ''],
    ['a list further down', '{"d": {"rows": [{"q": "one?", "a": "x"}]}, "e": [{}]}', 'format: { rows: d.rows }'],
    [
      'each row in a group',
      '{"rows": [{"i": 0, "row": {"q": "one?", "a": "x"}}], "features": [{}]}',
      'format: { rows: rows.row }',
    ],
    ['columns, as pandas writes them', '{"q": {"0": "one?", "1": "two?"}, "a": {"0": "x", "1": "y"}}', ''],
    ['columns that are lists', '{"q": ["one?", "two?"], "a": ["x", "y"]}', ''],
    ['lines in a file called .json', '{"q": "one?", "a": "x"}\n{"q": "two?", "a": "y"}\n', ''],
  ])('is read from %s', async (_what, text, lines) => {
    await put('d.json', text);
    expect(pairs((await load('d.json', lines)).queries)[0]).toEqual(['one?', 'x']);
  });

  it('has fields within fields, lists within lists, and several right answers', async () => {
    const answers = [{ text: 'Paris' }, { text: 'Paris' }, { text: 'City of Paris' }];
    const data = [{ title: 'T', paragraphs: [{ context: 'C', qas: [{ question: 'one?', id: 7, answers }] }] }];
    await put('d.json', JSON.stringify({ data }));
    const { queries } = await load(
      'd.json',
      'format: { rows: data.paragraphs.qas }\nfields: { question: question, context: context }\nreference: answers.text\nid: id',
    );
    expect(queries).toEqual([
      {
        ...{ id: '7', fields: { question: 'one?', context: 'C' } },
        ...{ reference: 'Paris|City of Paris', rightAnswers: ['Paris', 'City of Paris'] },
      },
    ]);
    await put(
      'd.jsonl',
      '{"q": "two?", "m": {"a": {"text": ["x"]}}, "b": "y"}\n{"q": "three?", "m": {"a": {"text": []}}, "b": "z"}',
    );
    const several = await load('d.jsonl', 'reference: [m.a.text, b]');
    expect(several.queries.map(({ reference, rightAnswers }) => rightAnswers ?? reference)).toEqual([['x', 'y'], 'z']);
  });

  it('says where lists are if there are several, or none of that name', async () => {
    await put('d.json', '{"train": [{"q": 1}], "dev": [{"q": 2}]}');
    await expect(load('d.json', '')).rejects.toThrow(/it has several: name one with `format: { rows: … }`, of train, dev$/);
    await expect(load('d.json', 'format: { rows: test }')).rejects.toThrow(/there is no "test"; there is train, dev$/);
  });
});

describe('Parquet', () => {
  const answerAs = (stored: Omit<SchemaElement, 'name'>, value: unknown) => {
    const columnData = [
      { name: 'q', data: ['one?', 'two?'] },
      { name: 'a', data: [value, value] },
    ];
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 2 },
      { name: 'q', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'a', ...stored, repetition_type: 'REQUIRED' },
    ];
    return new Uint8Array(parquetWriteBuffer({ columnData, schema }));
  };
  const bytes = (options: object = {}) =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'q', data: ['one?', 'two?'], type: 'STRING' },
          { name: 'a', data: [18446744073709n, 2n], type: 'INT64' },
          { name: 'f', data: [0.1, 1 / 3], type: 'FLOAT' },
          { name: 'e', data: [null, 'x'], type: 'STRING', nullable: true },
          { name: 'n', data: [{ text: ['x', 'y'] }, { text: ['z'] }] },
        ],
        ...options,
      }),
    );

  it('is read with long numbers, short ones, nothing, and fields within fields', async () => {
    await put('d.parquet', bytes());
    const { queries, warnings } = await load('d.parquet', 'fields: { question: q, f: f, e: e }\nreference: [a, n.text]');
    expect(queries).toEqual([
      {
        ...{ id: 'own-1', fields: { question: 'one?', f: '0.1', e: '' }, reference: '18446744073709|x|y' },
        rightAnswers: ['18446744073709', 'x', 'y'],
      },
      {
        ...{ id: 'own-2', fields: { question: 'two?', f: '0.33333334', e: 'x' }, reference: '2|z' },
        rightAnswers: ['2', 'z'],
      },
    ]);
    expect(warnings).toEqual(['the field e is empty in 1 query: row 1']);
  });

  it.each([
    [{ type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, precision: 38, scale: 18 }, 100000000000000000n, '0.100000000000000000'],
    [
      { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, precision: 38, scale: 1 },
      -123456789012345678905n,
      '-12345678901234567890.5',
    ],
    [{ type: 'BYTE_ARRAY', precision: 38, scale: 1 }, -123n, '-12.3'],
    [{ type: 'BYTE_ARRAY', precision: 38, scale: 0 }, 9007199254740993n, '9007199254740993'],
    [{ type: 'INT64', precision: 18, scale: 0 }, 9007199254740993n, '9007199254740993'],
    [{ type: 'INT64', precision: 18, scale: 2 }, -5n, '-0.05'],
    [{ type: 'INT32', precision: 9, scale: 2 }, 1250n, '12.50'],
  ] as const)('is read with each digit of a DECIMAL: %j of %s', async (decimal, whole, text) => {
    await put('d.parquet', answerAs({ ...decimal, converted_type: 'DECIMAL' }, whole));
    expect(pairs((await load('d.parquet', '')).queries)[0]).toEqual(['one?', text]);
  });

  it.each([
    ['MICROS', 1767268800123456n, '2026-01-01T12:00:00.123456Z'],
    ['MICROS', 1767268800123000n, '2026-01-01T12:00:00.123Z'],
    ['MICROS', 1767225600000000n, '2026-01-01'],
    ['MICROS', -1n, '1969-12-31T23:59:59.999999Z'],
    ['NANOS', 1767268800123456789n, '2026-01-01T12:00:00.123456789Z'],
    ['NANOS', 1767268800000000100n, '2026-01-01T12:00:00.0000001Z'],
  ] as const)('is read with each digit of a moment: %s %s', async (unit, whole, text) => {
    const moment = { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit } } as const;
    await put('d.parquet', answerAs(moment, whole));
    expect(pairs((await load('d.parquet', '')).queries)[0]).toEqual(['one?', text]);
  });

  it('is read with each number of 32 bits without a sign, as DuckDB 2.0.1 writes them under PARQUET_VERSION v2', async () => {
    const written = [
      'UEFSMRUAFcQBFV4sFQYVDBUGFQYAACi1L/0gYjUBAPACAAAABgGAEAgDCAACAAgAb25lP3R3bz90aHJlZT8CAAMSG4ASFQAV+BAVWiwVBhUKFQ',
      'YVBgAAKLUv/WA8Ax0BAMACAAAABgGAEAgD/v///x/9IQAIAAAAAgADABOAX3CAgS1LFQQZPDUAGA1kdWNrZGJfc2NoZW1hFQQAFQwlAhgBcSUA',
      'ABUCJQIYAWElGgAWBhkcGSwmABwVDBkVDBkYAXEVDBYGFugBFoIBJgg8GAR0d28/GARvbmU/FgAoBHR3bz8YBG9uZT8REQAZHBUAFQwVAgAAAC',
      'YAHBUCGRUKGRgBYRUMFgYWnBEWfiaKATw2ACgE/////xgEAAAAABERABkcFQAVChUCAAAAFoQTFgYmCBaAAgAoKER1Y2tEQiB2ZXJzaW9uIHYy',
      'LjAuMSAoYnVpbGQgOGQ3ODExNGU5MCkZLBwAABwAAADmAAAAUEFSMQ==',
    ];
    await put('d.parquet', Buffer.from(written.join(''), 'base64'));
    expect(pairs((await load('d.parquet', '')).queries)).toEqual([
      ['one?', '4294967295'],
      ['two?', '0'],
      ['three?', '5'],
    ]);
  });

  it('is read with the decimals of a VARIANT, as DuckDB 2.0.1 writes them', async () => {
    const written = [
      'UEFSMRUAFSwVPiwVBBUAFQYVBgAAKLUv/SAWsQAAAgAAAAQBBAAAAG9uZT8EAAAAdHdvPxUAFSgVOiwVBBUAFQYVBgAAKLUv/SAUoQAAAgAAAA',
      'QBAwAAAAEAAAMAAAABAAAVABUMFR4sFQQVABUGFQYAACi1L/0gBjEAAAIAAAAEARUAFRwVLiwVBBUAFQYVBgAAKLUv/SAOcQAAAgAAAAQCDwAA',
      'APv///8VAhlsNQAYDWR1Y2tkYl9zY2hlbWEVBAAVDCUCGAFxJQAANQIYAWEVBlwMIBMBAAAAFQwlABgIbWV0YWRhdGEAFQwlAhgFdmFsdWUAFQ',
      'IlAhgLdHlwZWRfdmFsdWUlChUCFQQsXBUCFQQAAAAWBBkcGUwmABwVDBkVABkYAXEVDBYEFk4WYCYIPBgEdHdvPxgEb25lPxYAKAR0d28/GARv',
      'bmU/EREAGRwVABUAFQIAAAAmABwVDBkVABkoAWEIbWV0YWRhdGEVDBYEFkoWXCZoPBgDAQAAGAMBAAAWACgDAQAAGAMBAAAREQAZHBUAFQAVAg',
      'AAACYAHBUMGRUAGSgBYQV2YWx1ZRUMFgQWLhZAJsQBPDYEABkcFQAVABUCAAAAJgAcFQIZFQAZKAFhC3R5cGVkX3ZhbHVlFQwWBBY+FlAmhAI8',
      'GAQPAAAAGAT7////FgAoBA8AAAAYBPv///8REQAZHBUAFQAVAgAAABaEAhYEJggWzAIAKChEdWNrREIgdmVyc2lvbiB2Mi4wLjEgKGJ1aWxkID',
      'hkNzgxMTRlOTApGUwcAAAcAAAcAAAcAAAAsQEAAFBBUjE=',
    ];
    await put('d.parquet', Buffer.from(written.join(''), 'base64'));
    expect(pairs((await load('d.parquet', '')).queries)).toEqual([
      ['one?', '1.5'],
      ['two?', '-0.5'],
    ]);
  });

  it.each([
    [{ type: 'INT32', converted_type: 'TIME_MILLIS' }, 27_900_000, '07:45:00'],
    [{ type: 'INT64', converted_type: 'TIME_MICROS' }, 45_005_250_000n, '12:30:05.25'],
    [
      { type: 'INT64', logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: 'NANOS' } },
      3_600_000_000_001n,
      '01:00:00.000000001',
    ],
  ] as const)('is read with times of day: %j of %s', async (time, units, text) => {
    await put('d.parquet', answerAs(time, units));
    expect(pairs((await load('d.parquet', '')).queries)[0]).toEqual(['one?', text]);
  });

  it('is read with decimals and times in columns, fields, lists and maps whatever they are called, and one within another', async () => {
    const price = { type: 'INT32', converted_type: 'DECIMAL', precision: 9, scale: 2, repetition_type: 'OPTIONAL' } as const;
    const clock = { type: 'INT32', converted_type: 'TIME_MILLIS', repetition_type: 'OPTIONAL' } as const;
    const group = { repetition_type: 'OPTIONAL', num_children: 2 } as const;
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 5 },
      { name: 'q', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'item', ...price },
      { name: 'list', ...group },
      { name: 'item', ...price },
      { name: 'array', ...clock },
      { name: 'rows', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', ...group },
      { name: 'element', ...price },
      { name: 'bag', ...clock },
      { name: 'prices', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'MAP' },
      { name: 'key_value', repetition_type: 'REPEATED', num_children: 2 },
      { name: 'key', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      { name: 'value', ...price },
    ];
    const columnData = [
      { name: 'q', data: ['one?'] },
      { name: 'item', data: [70n] },
      { name: 'list', data: [{ item: 110n, array: 27_900_000 }] },
      { name: 'rows', data: [[{ element: 150n, bag: 27_900_000 }, null]] },
      { name: 'prices', data: [{ tea: 250n, cake: null }] },
    ];
    const { rows } = await rowsOfParquet(new Uint8Array(parquetWriteBuffer({ columnData, schema })), 'd.parquet');
    expect(rows.map(({ cells }) => cells)).toEqual([
      {
        ...{ q: 'one?', item: '0.70', list: { item: '1.10', array: '07:45:00' } },
        ...{ rows: [{ element: '1.50', bag: '07:45:00' }, null], prices: { tea: '2.50', cake: null } },
      },
    ]);
  });

  it.each([
    ['GZIP', gzipSync],
    ['BROTLI', brotliCompressSync],
    ['ZSTD', zstdCompressSync],
  ] as const)('is read with %s', async (codec, compress) => {
    const compressors = { [codec]: (input: Uint8Array) => new Uint8Array(compress(input)) };
    await put('d.parquet', bytes({ codec, compressors }));
    expect(pairs((await load('d.parquet', '')).queries)[1]).toEqual(['two?', '2']);
  });

  it('is read beside a column of pictures, and refused where they are the answer or where a text is no UTF-8', async () => {
    const picture = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0xff);
    const columnData = [
      { name: 'q', data: ['one?', 'two?'], type: 'STRING' as const },
      { name: 'a', data: ['1', '2'], type: 'STRING' as const },
      { name: 'p', data: [picture, null], type: 'BYTE_ARRAY' as const, nullable: true },
    ];
    await put('d.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
    expect(pairs((await load('d.parquet', '')).queries)).toEqual([
      ['one?', '1'],
      ['two?', '2'],
    ]);
    await expect(load('d.parquet', 'reference: p')).rejects.toThrow(/row 1: .*\bp\b/);
    await put('d.parquet', answerAs({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, picture));
    await expect(load('d.parquet', '')).rejects.toThrow(/\(the column a holds a text that is not UTF-8\)/);
  });

  it('is refused in one sentence where it is something else, and so is a text that is Parquet', async () => {
    await put('d.parquet', 'q,a\n1,2\n');
    await expect(load('d.parquet', '')).rejects.toThrow(/d\.parquet cannot be read as Parquet \(/);
    await put('d.csv', bytes());
    await expect(load('d.csv', '')).rejects.toThrow(/d\.csv is Parquet, not text: if that is meant, call it \.parquet$/);
  });
});

describe('right answers that choose from options', () => {
  const rows = (answer: (place: number) => unknown) =>
    [0, 2, 1]
      .map((place, index) =>
        JSON.stringify({ q: `${index}?`, o: ['red', 'green', 'blue'], k: ['a', 'b', 'c'], a: answer(place) }),
      )
      .join('\n');
  const choice = 'scorers: { c: { kind: choice, choices: [A, B, C] } }';

  it.each([
    ['index', (place: number) => place],
    ['position', (place: number) => String(place + 1)],
    ['label', (place: number) => 'abc'.charAt(place)],
    ['text', (place: number) => ['red', 'green', 'Blue'][place]],
  ])('are said by %s, and become letters', async (kind, answer) => {
    await put('d.jsonl', rows(answer));
    const { queries, inputs } = await load('d.jsonl', `options: { of: o, answer: ${kind} }\n${choice}`);
    expect(queries.map(({ reference }) => reference)).toEqual(['A', 'C', 'B']);
    expect(queries[0]?.fields).toEqual({ question: '0?', options: 'A. red\nB. green\nC. blue' });
    expect(inputs).toEqual(['question', 'options']);
  });

  it('come from a column each, have labels of their own, or are those of all rows', async () => {
    await put('d.csv', 'q,o1,o2,a\none?,yes,no,1\n');
    expect((await load('d.csv', `options: { of: [o1, o2], answer: index, field: choices }\n${choice}`)).queries[0]).toMatchObject(
      {
        ...{ fields: { choices: 'A. yes\nB. no' }, reference: 'B' },
      },
    );
    await put(
      'd.jsonl',
      rows((place) => place),
    );
    const own = await load('d.jsonl', 'options: { of: o, labels: k, answer: index }');
    expect(own.queries.map(({ reference }) => reference)).toEqual(['a', 'c', 'b']);
    const all = await load('d.jsonl', 'options: { list: [World, Sports, 3], answer: index }');
    expect(all.queries.map(({ reference }) => reference)).toEqual(['World', '3', 'Sports']);
    expect(all.inputs).toEqual(['question']);
  });

  it('are refused where they mean none', async () => {
    await put(
      'd.jsonl',
      rows((place) => place + 1),
    );
    await expect(load('d.jsonl', `options: { of: o, answer: index }\n${choice}`)).rejects.toThrow(
      /d\.jsonl, line 2: the answer "3" is no index of its 3 options, which are counted from 0$/,
    );
  });

  it('may be several, judged as a set', async () => {
    await put('d.jsonl', '{"q": "?", "a": ["billing", "login"]}\n{"q": "!", "a": "login"}\n');
    const scored = async (judge: string, answer: string) => {
      const { scorerIn } = await import('../../../../../services/domain/scoring/own-scorer.ts');
      const benchmark = await load(
        'd.jsonl',
        `scorers: { s: { kind: labels, choices: [billing, login, bug], judge: ${judge} } }`,
      );
      const tools = { code: undefined, signal: new AbortController().signal };
      return (await scorerIn(benchmark, 's').score(answer, benchmark.queries[0] as Query, tools)).score;
    };
    expect([await scored('exact', 'Login and billing.'), await scored('exact', 'login'), await scored('any', 'login')]).toEqual([
      1, 0, 1,
    ]);
    expect(await scored('any', 'login, bug')).toBe(0);
    expect(await scored('f1', 'I first thought of a bug.\n<answer>login</answer>')).toBeCloseTo(2 / 3);
    await put('d.jsonl', '{"q": "?", "a": ["biling"]}');
    await expect(scored('exact', '')).rejects.toThrow(/its label "biling" is none of the choices billing, login, bug/);
  });
});

describe('splits', () => {
  const shares = 'shares: { validate: 0.3, test: 0.7 }';
  const fields = 'fields: { message: Message }\nreference: Team';

  async function splitTickets(rule: string, lines = '') {
    await put('d.csv', ticketExports.comma(tickets()));
    const [validate, test] = [
      await load('d.csv', `split: { ${shares}${rule} }\n${fields}\n${lines}`, 'validate'),
      await load('d.csv', `split: { ${shares}${rule} }\n${fields}\n${lines}`, 'test'),
    ];
    return { validate: validate.queries, test: test.queries, warnings: validate.warnings };
  }

  it('have each class in its share', async () => {
    const { validate, test } = await splitTickets(', stratify: Team');
    expect(validate.length + test.length).toBe(300);
    expect(Math.abs(validate.length - 90)).toBeLessThanOrEqual(1);
    for (const team of teams) {
      const [mine, others] = [validate, test].map((queries) => queries.filter(({ reference }) => reference === team).length);
      expect(Math.abs((mine ?? 0) - 0.3 * ((mine ?? 0) + (others ?? 0)))).toBeLessThan(1);
    }
  });

  it('keep rows of a group together', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => `q ${index},${index % 2 ? 'x' : 'y'},g${Math.floor(index / 5)}`);
    await put('d.csv', `q,a,g\n${rows.join('\n')}\n`);
    const lines =
      'split: { shares: { validate: 0.4, test: 0.6 }, group: g, stratify: a }\nfields: { question: q, g: g }\ninputs: [question]';
    const [validate, test] = [await load('d.csv', lines, 'validate'), await load('d.csv', lines, 'test')];
    const groupsOf = (queries: readonly Query[]) => new Set(queries.map((query) => query.fields.g));
    expect(shared(groupsOf(validate.queries), groupsOf(test.queries))).toBe(0);
    expect(validate.queries.length + test.queries.length).toBe(60);
    expect(Math.abs(validate.queries.length - 24)).toBeLessThanOrEqual(5);
  });

  it('have no query in common, where duplicates stay together or only the first is kept', async () => {
    const texts = (queries: readonly Query[]) => new Set(queries.map((query) => query.fields.message));
    const plain = await splitTickets('');
    expect(shared(texts(plain.validate), texts(plain.test))).toBeGreaterThan(0);
    expect(plain.warnings).toEqual([expect.stringContaining('are in the split test too')]);
    const together = await splitTickets(', stratify: Team', 'duplicates: together');
    expect(shared(texts(together.validate), texts(together.test))).toBe(0);
    expect(together.validate.length + together.test.length).toBe(300);
    const dropped = await splitTickets('', 'duplicates: drop');
    expect(shared(texts(dropped.validate), texts(dropped.test))).toBe(0);
    expect(dropped.validate.length + dropped.test.length).toBe(
      texts(tickets().map(({ Message }) => ({ id: '', fields: { message: Message }, reference: '' }))).size,
    );
    expect(dropped.warnings).toEqual([expect.stringMatching(/rows of .* left out, since an earlier one asks the same: lines /)]);
  });

  it('lose what an earlier one has, where they are files', async () => {
    await put('a.csv', 'q,a\none?,x\ntwo?,y\n');
    await put('b.csv', 'q,a\n two?,z\nthree?,x\n');
    await put(
      'own.yaml',
      'name: own\ndescription: d\nanswer_format: f\nfiles: { validate: a.csv, test: b.csv }\nduplicates: drop\nfields: { question: q }\nreference: a\nscorers: { e: exact-match }\n',
    );
    const test = await loadBenchmark({ name: join(folder, 'own.yaml'), split: 'test', folder: '' });
    expect(pairs(test.queries)).toEqual([['three?', 'x']]);
    expect(test.warnings).toEqual([expect.stringMatching(/1 row of .*b\.csv .*: line 2; 1 had another right answer/)]);
  });
});
