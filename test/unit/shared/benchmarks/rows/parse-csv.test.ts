import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvError, parseCsv } from '../../../../../services/shared/benchmarks/rows/parse-csv.ts';

const cellsOf = (text: string, separator?: string) => parseCsv(text, separator).map(({ cells }) => cells);

describe('parsing CSV', () => {
  it.each<[string, string, string[][]]>([
    [
      'plain cells',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'no line end at the end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'CRLF',
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['quotes, doubled quotes, separators and line ends in a cell', '"a ""b"", c","d\ne"\n', [['a "b", c', 'd\ne']]],
    [
      'empty cells',
      ',\n"",\n',
      [
        ['', ''],
        ['', ''],
      ],
    ],
    ['an empty cell at the very end', 'a,', [['a', '']]],
    ['empty lines', '\na\n\nb\n\n', [['a'], ['b']]],
    ['a lone carriage return', 'a\rb,c', [['a\rb', 'c']]],
    ['quotes inside a plain cell', 'say "hi",x', [['say "hi"', 'x']]],
    ['quotes alone, which are an empty cell and no empty line', 'a\n""\n', [['a'], ['']]],
    ['nothing', '', []],
  ])('reads %s', (_what, text, expected) => {
    expect(cellsOf(text)).toEqual(expected);
  });

  it('tells where each record begins', () => {
    expect(parseCsv('a\n"b\nc"\n\nd\n').map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  // csv-parse 7.0.3 by itself ends every line as the first one, so that "2" would keep its carriage return, or LF would be text.
  it.each(['a\n1\r\n2\r\n', 'a\r\n1\n2\r\n'])('takes LF and CRLF in one text: %j', (text) => {
    expect(cellsOf(text)).toEqual([['a'], ['1'], ['2']]);
  });

  // csv-parse 7.0.3 counts a CRLF within quotes as two lines, and a carriage return alone as one: `lines` is 4 for the record of
  // line 2.
  it('counts the lines that an editor shows, whatever ends them', () => {
    const text = 'a,b\r\n"1\r\n\r\n2",x\ry\r\n\r\n3,é\r\n';
    expect(parseCsv(text).map(({ line }) => line)).toEqual([1, 2, 6]);
    expect(() => parseCsv(`${text}4,"`)).toThrow(expect.objectContaining({ line: 7 }));
    expect(() => parseCsv(`${text}4,"5\r\n"6`)).toThrow(expect.objectContaining({ line: 8 }));
  });

  it('takes another separator', () => {
    expect(cellsOf('a\tb,c\n', '\t')).toEqual([['a', 'b,c']]);
  });

  it.each([
    ['a\n"b', 2, 'never closed'],
    ['a\n"b\nc"d\n', 3, 'continues after its closing quote'],
  ])('refuses %j with its line', (text, line, message) => {
    const parse = () => parseCsv(text);
    expect(parse).toThrow(CsvError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(expect.objectContaining({ line }));
  });

  it('reads back whatever was written by the rules', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ') });
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), (rows, lineEnd) => {
        const text = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join(lineEnd);
        expect(cellsOf(text)).toEqual(rows);
      }),
    );
  });
});
