import { describe, expect, test } from 'vitest';
import { pythonExpression } from '../../services/cli/export/python-expression.ts';
import { parseExpression } from '../../services/domain/workflow/expression/expression.ts';
import { expressionDifferences, replyDifferences } from '../support/python/python-functions.ts';
import { isPythonHere } from '../support/python-here.ts';

/** Signs of which Python and ECMAScript have other ideas: cases, length, whether they are letters, digits or blanks. */
const signs = [
  ...[
    'ß',
    'ẞ',
    'İ',
    'ı',
    'Σ',
    'ς',
    'ΑΣ',
    'ﬁ',
    'ǅ',
    'é',
    'e\u0301',
    'É',
    '½',
    '²',
    'Ⅳ',
    '٣',
    '५',
    '５',
    'Ａ',
    '😀',
    '𝟒',
    '\uffff',
  ],
  ...['\u0085', '\u00a0', '\u180e', '\u2028', '\ufeff', '\x1c', '\x1f', '\v', '\f', '\r', '\u200b', '\u00ad'],
];
const numbers = [
  ...[
    '5',
    ' 5',
    '5 ',
    '+5',
    '--5',
    '5_0',
    '1__0',
    '_1',
    '٣',
    '５',
    '½',
    '²',
    '0x10',
    '0x1p4',
    '0X1P-2',
    '0x1p99999',
    '1e400',
    '.5',
    '5.',
  ],
  ...['e1', 'nan', 'NaN', 'inf', 'ınf', 'İnf', '-Infinity', 'ınfınıty', 'ſ', '9223372036854775807', '9223372036854775808', '1.5'],
  ...['18446744073709551615', '18446744073709551616', '0'.repeat(5_000), `${'0'.repeat(5_000)}7`, '7'.repeat(5_000), ''],
];
const doubles = [
  '0.5',
  '1.5',
  '2.5',
  '-2.5',
  '0.125',
  '2.675',
  '1.005',
  '1e-7',
  '1e-4',
  '1e21',
  '999999.0',
  '1000000.0',
  '5e-324',
  '(0.0/0.0)',
];
const patterns = [
  ...[
    String.raw`\d`,
    String.raw`\D`,
    String.raw`\w`,
    String.raw`\W`,
    String.raw`\s`,
    String.raw`[^\s]`,
    String.raw`[\W]`,
    '[[:space:]]',
    '.',
    '^.$',
    'a$',
  ],
  ...[
    String.raw`\b`,
    String.raw`\B`,
    String.raw`a\z`,
    '(?m)^b$',
    '(?s)a.b',
    '(?i)é',
    '(?i)ß',
    '(?i)σ',
    '(?i)^[à-ü]$',
    '^(?i)AB$',
    'x(?i)|b',
    '(x(?i)|b)c',
    '(?i)yes',
  ],
  ...[
    'a{2}',
    'a{,2}',
    'a{x}',
    'a++',
    'a**',
    '(?=a)',
    '(?<=a)b',
    '(?!a)',
    '(?#c)a',
    '[]a]',
    '[^]a]',
    '[a&&b]',
    '[[a]]',
    '[a~~b]',
    '(',
    '[',
    '*',
    ']',
    '}',
    '{',
  ],
  ...[
    String.raw`\Qa.c\E`,
    String.raw`\x41`,
    String.raw`\x{e9}`,
    String.raw`[\x{4e00}-\x{9fff}]`,
    String.raw`\é`,
    String.raw`\Z`,
    String.raw`\h`,
    String.raw`\-`,
    String.raw`[\d-z]`,
    String.raw`a\$`,
  ],
];
const subjects = [
  '',
  'a',
  'A',
  'aa',
  'a{,2}',
  'a{x}',
  'a.c',
  'abc',
  'AB',
  'b',
  'B',
  'bc',
  'a\nb\nc',
  'b\n',
  '5',
  '_',
  '-',
  ']',
  '&',
  '~',
  '[',
  '{',
  'Yes',
  '中',
];

const quoted = (text: string): string => JSON.stringify(text);

describe.runIf(isPythonHere)('an exported Python file does as the interpreter does where Python itself does otherwise', () => {
  test('with texts', async () => {
    const ofOne = ['size', 'lowerAscii', 'upperAscii', 'trim', 'reverse'].flatMap((name) =>
      [...signs, ...signs.map((sign) => ` ${sign}aB${sign} `)].map((text) => `${quoted(text)}.${name}()`),
    );
    const ofTwo = signs.flatMap((one) =>
      signs.flatMap((other) => [
        `${quoted(one)} < ${quoted(other)}`,
        `${quoted(`a${one}b`)}.split(${quoted(other)})`,
        `${quoted(`a${one}b`)}.indexOf(${quoted(other)})`,
      ]),
    );
    const cut = signs.flatMap((sign) => [
      `${quoted(`${sign}b`)}.substring(1)`,
      `${quoted(`${sign}b`)}.charAt(0)`,
      `${quoted(sign)}.split("")`,
      `${quoted(sign)}.replace("", "-")`,
    ]);
    const { compared, different } = await expressionDifferences([...ofOne, ...ofTwo, ...cut]);
    expect(compared).toBeGreaterThan(3_000);
    expect(different).toEqual([]);
  });

  test('with numbers as texts, and texts as numbers', async () => {
    const read = ['int', 'uint', 'double', 'bool'].flatMap((name) => numbers.map((text) => `${name}(${quoted(text)})`));
    const clauses = ['%s', '%d', '%.0f', '%.2f', '%f', '%.0e', '%.3e'];
    const written = doubles.flatMap((number) => [
      `string(${number})`,
      `int(${number})`,
      ...clauses.map((clause) => `${quoted(clause)}.format([${number}])`),
    ]);
    expect((await expressionDifferences([...read, ...written])).different).toEqual([]);
  });

  test('with patterns', async () => {
    // "ı" and "İ" are forms of "i" to Python where case does not matter.
    const texts = [...signs.filter((sign) => !/[ıİ]/.test(sign)), ...subjects];
    const asked = patterns.flatMap((pattern) => texts.map((text) => `${quoted(text)}.matches(${quoted(pattern)})`));
    expect((await expressionDifferences(asked)).different).toEqual([]);
    for (const pattern of [String.raw`\p{L}`, String.raw`\\\PN`, '[[:^alpha:]]', '(?U)a+', String.raw`\07`])
      expect(() => pythonExpression(parseExpression(`"a".matches(${quoted(pattern)})`).tree, noNames)).toThrow('do not know');
    expect(pythonExpression(parseExpression(String.raw`"a".matches("\\\\p")`).tree, noNames)).toContain('cel_matches');
  });

  test('with replies that it once read otherwise', async () => {
    const formulas = String.raw`\frac{1}{2}|2\sqrt{2} \ne 1,\nso \"\theta\"|\begin{pmatrix}1\\2\end{pmatrix}|\u00e9\nu|def f():\n\treturn '\d'|\\pi \\`;
    const texts = [
      "\\[x\\]should be fixed<reasoning>Option D'½",
      '```(b), c)',
      ...formulas.split('|').map((text) => `{"thought": "${text}", "answer": "${text}"}`),
      // JSON's numbers and the order of its members.
      ...['1e-7', '5e-7', '1e-6', '1e21', '1e20', '-0', '1E400', '-1e999', '0.1', '123456789012345678901234567890'].flatMap(
        (number) => [`{"answer": ${number}}`, `{"answer": [${number}]}`],
      ),
      '{"answer": {"b": 1, "10": 2, "2": 3, "02": 4, "-1": 5}}',
      '{"b": {"answer": "second"}, "1": {"answer": "first"}}',
      '{"b": "def one():\\n  pass", "1": "def two():\\n  pass"}',
      // Forms of "i" that are none.
      '}İ0"""_\\boxed{42}',
      'It ıs true. The thıng ıs rıght.',
      '<thİnk>no</thınk><answer>1</answer>',
      'Optıon B is right',
      ...['A false, B false, C true', 'A (no) B (yes) C (no)', 'A ✗ B ✓ C ✗', 'A 5%, B 90%, C 5%', 'A. 3 - wrong\nB. 4 - right'],
      ...[
        'A is true, B is false; therefore D.',
        'A right triangle. B is right, C is wrong',
        'A - F, B - T\u2028C - F',
        'A T B T',
      ],
    ];
    expect(await replyDifferences(texts)).toEqual([]);
  });
});

const noNames = { nameOf: (name: string) => name, hasField: () => false };
