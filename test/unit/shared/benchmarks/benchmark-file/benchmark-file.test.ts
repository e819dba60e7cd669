import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Query } from '../../../../../services/domain/benchmark.ts';
import { scorerIn } from '../../../../../services/domain/scoring/own-scorer.ts';
import { findBenchmark } from '../../../../../services/shared/benchmarks/find-benchmark.ts';
import { loadBenchmark } from '../../../../../services/shared/benchmarks/load-benchmark.ts';
import { decodeBenchmark, encodeBenchmark } from '../../../../../services/shared/contracts/benchmark-codec.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scale-own-'));
});
afterEach(() => rm(folder, { recursive: true }));

const put = (name: string, content: string | Buffer) => writeFile(join(folder, name), content);

const yaml = `
name: capitals
description: Which city is the capital.
answer_format: The name alone.
file: capitals.csv
split: { shares: { validate: 0.4, test: 0.6 } }
fields: { question: Question }
reference: Capital
scorers: { exact: exact-match }
`;
const csv = `Question,Capital,Part\n${Array.from({ length: 10 }, (_, index) => `Of land ${index}?,City ${index},${index < 3 ? 'dev' : 'test'}\n`).join('')}`;

/** The file with lines changed: keys given replace the lines that begin with them, "" takes them out. */
function changed(lines: Readonly<Record<string, string>>): string {
  const kept = yaml.split('\n').filter((line) => !Object.keys(lines).some((key) => line.startsWith(`${key}:`)));
  return [...kept, ...Object.values(lines)].join('\n');
}

async function load(content = yaml, request: { split?: string; scorer?: string } = {}) {
  await put('mine.yaml', content);
  return loadBenchmark({ name: join(folder, 'mine.yaml'), split: 'validate', folder: '', compareSplits: true, ...request });
}

describe('a benchmark file', () => {
  it('makes a benchmark of a CSV file', async () => {
    await put('capitals.csv', csv);
    const [validate, test] = [await load(), await load(yaml, { split: 'test' })];
    expect([validate.queries.length, test.queries.length]).toEqual([4, 6]);
    expect(validate).toMatchObject({
      name: 'capitals',
      inputs: ['question'],
      operators: ['custom', 'answer_generate', 'sc_ensemble', 'review', 'revise'],
      scorer: 'exact',
      otherScorers: [],
      ownScorers: { exact: { kind: 'exact-match', options: { marked: true, alternatives: '' } } },
      warnings: [],
      file: join(folder, 'mine.yaml'),
    });
    const all = [...validate.queries, ...test.queries];
    expect(new Set(all.map(({ id }) => id)).size).toBe(10);
    for (const { id, fields, reference } of all) {
      const row = Number(id.replace('capitals-', '')) - 1;
      expect({ fields, reference }).toEqual({ fields: { question: `Of land ${row}?` }, reference: `City ${row}` });
    }
  });

  it('deals rows out by the seed alone', async () => {
    await put('capitals.csv', csv);
    const idsBy = async (seed: number) =>
      (await load(changed({ split: `split: { shares: { validate: 0.4 }, seed: ${seed} }` }))).queries.map(({ id }) => id);
    expect(await idsBy(1)).toEqual((await load()).queries.map(({ id }) => id));
    expect(await idsBy(1)).not.toEqual(await idsBy(2));
  });

  it('splits by a column', async () => {
    await put('capitals.csv', csv);
    const content = changed({ split: 'split: { column: Part, values: { validate: dev, test: test } }' });
    expect((await load(content)).queries).toHaveLength(3);
    expect((await load(content, { split: 'test' })).queries).toHaveLength(7);
  });

  it('takes a file for each split, JSON and gzipped JSON Lines', async () => {
    await put('a.json', JSON.stringify([{ q: 'One?', n: 1, golds: ['x', 'y'], key: 'k1' }]));
    await put('b.jsonl.gz', gzipSync('{"q": "Two?", "n": true, "golds": "z", "key": 2}\n\n'));
    const content = changed({
      file: 'files: { validate: a.json, test: b.jsonl.gz }',
      split: 'id: key',
      fields: 'fields: { question: q, number: n }',
      reference: 'reference: golds',
      inputs: 'inputs: [question]',
    });
    const { queries, inputs } = await load(content);
    expect(inputs).toEqual(['question']);
    expect(queries).toEqual([
      { id: 'k1', fields: { question: 'One?', number: '1' }, reference: 'x|y', rightAnswers: ['x', 'y'] },
    ]);
    expect((await load(content, { split: 'test' })).queries).toEqual([
      { id: '2', fields: { question: 'Two?', number: 'true' }, reference: 'z' },
    ]);
  });

  it('keeps numbers of JSON as they were written, in lines, in lists and within a value', async () => {
    const written = ['18446744073709551616', '0.0000001', '1.10', '1E3', '-0', '1610521604143693813'];
    const rows = written.map((number, index) => `{"q": ${number}, "a": [${number}, "x"], "key": 161052160414369381${index}}`);
    const shape = { split: 'id: key', fields: 'fields: { question: q }', reference: 'reference: a' };
    await put('a.jsonl', rows.join('\n'));
    await put('a.json', `[${rows.join(',')}]`);
    for (const file of ['a.jsonl', 'a.json']) {
      const { queries } = await load(changed({ ...shape, file: `files: { validate: ${file} }` }));
      expect(queries.map(({ fields }) => fields.question)).toEqual(written);
      expect(queries.map(({ rightAnswers }) => rightAnswers?.[0])).toEqual(written);
      expect(queries.map(({ id }) => id)).toEqual(written.map((_, index) => `161052160414369381${index}`));
    }
  });

  it('takes any of a list for right, bars and all, and refuses a list where a scorer takes one answer', async () => {
    await put('a.jsonl', '{"q": "?", "a": ["a|b", "c", ""]}\n{"q": "!", "a": ["d"]}\n');
    const shape = {
      file: 'files: { validate: a.jsonl }',
      split: '',
      fields: 'fields: { question: q }',
      reference: 'reference: a',
    };
    const scorers = ['exact-match', '{ kind: exact-match, alternatives: "|" }', 'drop-strict', 'drop-exact', 'drop-aflow'];
    for (const scorer of scorers) {
      const benchmark = await load(changed({ ...shape, scorers: `scorers: { s: ${scorer} }` }));
      const [first, second] = benchmark.queries;
      if (first === undefined || second === undefined) throw new Error('two queries were loaded');
      expect([first.rightAnswers, second.rightAnswers, second.reference]).toEqual([['a|b', 'c'], undefined, 'd']);
      const travelled = decodeBenchmark(encodeBenchmark(benchmark));
      expect(travelled.queries).toEqual(benchmark.queries);
      const tools = { code: undefined, signal: new AbortController().signal };
      const score = async (answer: string) => (await scorerIn(travelled, travelled.scorer).score(answer, first, tools)).score;
      expect([await score('c'), await score('b')]).toEqual([1, 0]);
      if (scorer.includes('exact-match')) expect([await score('a|b'), await score('a|b|c')]).toEqual([1, 0]);
    }
    for (const scorer of ['choice', 'math-strict', 'gsm8k-strict', 'hotpotqa-strict', 'hotpotqa-exact'])
      await expect(load(changed({ ...shape, scorers: `scorers: { s: ${scorer} }` }))).rejects.toThrow(
        /a\.jsonl, line 1: the scorer s cannot judge this query: its reference is a list of 2 answers/,
      );
    await put('a.jsonl', '{"q": "?", "a": ["3", "4"]}');
    const numbers = await load(changed({ ...shape, scorers: 'scorers: { s: number }' }));
    const scored = (answer: string) =>
      scorerIn(numbers, 's').score(answer, numbers.queries[0] as Query, {
        code: undefined,
        signal: new AbortController().signal,
      });
    expect([await scored('3'), await scored('4'), await scored('34')].map(({ score }) => score)).toEqual([1, 1, 0]);
  });

  it('warns of lists that came as texts', async () => {
    await put('a.csv', `q,a\n?,"['x', 'y']"\n!,"[1, 2]"\n`);
    const shape = { file: 'files: { validate: a.csv }', split: '', fields: 'fields: { question: q }', reference: 'reference: a' };
    expect((await load(changed(shape))).warnings).toEqual([expect.stringContaining("in query capitals-validate-1: ['x', 'y']")]);
  });

  it.each([
    ['latin1', 'in line 2, the byte 0xE9 at offset 23 does not begin a character; in Latin-1 \\(Windows-1252\\) it would be "é"'],
    ['utf16le', 'is UTF-16 and not UTF-8: save it as UTF-8'],
  ] as const)('refuses files in %s, and says what they are, packed or not', async (encoding, why) => {
    const bytes = Buffer.from('Question,Capital\nIs café a city?,Paris\n', encoding);
    await put('capitals.csv', bytes);
    await expect(load()).rejects.toThrow(new RegExp(`capitals\\.csv .*${why}`));
    await put('capitals.csv.gz', gzipSync(bytes));
    await expect(load(changed({ file: 'file: capitals.csv.gz' }))).rejects.toThrow(new RegExp(`capitals\\.csv\\.gz .*${why}`));
    await put('capitals.jsonl', Buffer.from('{"Question": "é?", "Capital": "é"}', encoding));
    await expect(load(changed({ file: 'file: capitals.jsonl' }))).rejects.toThrow(/capitals\.jsonl is (?:not UTF-8|UTF-16)/);
    await put('mine.yaml', Buffer.from(`# é\n${yaml}`, encoding));
    await expect(loadBenchmark({ name: join(folder, 'mine.yaml'), split: 'validate', folder: '' })).rejects.toThrow(
      /mine\.yaml is (?:not UTF-8|UTF-16)/,
    );
  });

  it('takes a byte order mark, a replacement character that stands in the file, and lines that end in a carriage return', async () => {
    await put('capitals.csv', '\ufeffQuestion,Capital\ra \ufffd?,é\rb?,"x\ry"\r');
    const { queries } = await load(changed({ split: 'split: { shares: { validate: 1 } }' }));
    expect(queries.map(({ fields, reference }) => [fields.question, reference])).toEqual([
      ['a \ufffd?', 'é'],
      ['b?', 'x\ny'],
    ]);
  });

  it('asks for all inputs in its first workflow, or starts from one of its own', async () => {
    await put('capitals.csv', csv);
    const two = await load(changed({ fields: 'fields: { question: Question, part: Part }' }));
    expect(two.initialWorkflow.steps[0]).toMatchObject({
      inputs: { input: 'question:\n{{ query.question }}\n\npart:\n{{ query.part }}' },
    });
    const own = `initial_workflow:
  workflow: 1
  name: mine
  steps:
    - { id: answer, call: answer_generate, with: { input: "{{ query.question }}" } }
    - return: "{{ answer.answer }}"`;
    expect((await load(`${yaml}\n${own}`)).initialWorkflow.name).toBe('mine');
    await put(
      'first.yaml',
      own
        .split('\n')
        .slice(1)
        .map((line) => line.slice(2))
        .join('\n'),
    );
    expect((await load(`${yaml}\ninitial_workflow: first.yaml`)).initialWorkflow.name).toBe('mine');
  });

  it('has scorers of every kind, built-in ones too, and takes the text of a file with it', async () => {
    await put('capitals.csv', csv);
    await put('own.py', 'def score(answer, query):\n    return 1\n');
    const content = changed({
      scorers: `scorers:
  overlap: { kind: token-f1, ignore: [case], marked: false }
  strict: hotpotqa-strict
  own: { kind: python, file: own.py }
  judged: { kind: judge, prompt: "{{ query.question }} {{ answer }}", model: big, endpoint: far }`,
    });
    const benchmark = await load(content, { scorer: 'own' });
    expect(benchmark).toMatchObject({ scorer: 'own', otherScorers: ['overlap', 'hotpotqa-strict', 'judged'] });
    expect(benchmark.ownScorers?.overlap).toEqual({
      kind: 'token-f1',
      options: { ignore: ['case'], marked: false, alternatives: '' },
    });
    expect(benchmark.ownScorers?.own?.options.file).toEqual({
      name: 'own.py',
      text: 'def score(answer, query):\n    return 1\n',
    });
    expect(benchmark.judgeEndpoints).toEqual([{ scorer: 'judged', model: 'big', endpoint: 'far' }]);
    expect(benchmark.ownScorers?.judged?.options).not.toHaveProperty('endpoint');
  });

  it('warns of rows that stand in two splits', async () => {
    await put('capitals.csv', 'Question,Capital\nA?,a\nA?,a\n');
    const { warnings } = await load(changed({ split: 'split: { shares: { validate: 0.5, test: 0.5 } }' }));
    expect(warnings).toEqual([expect.stringContaining('1 of 1 queries are in the split test too.')]);
  });

  it.each<[string, string, RegExp]>([
    ['broken YAML', 'name: [', /mine\.yaml:1: not valid YAML/],
    ['a missing key', changed({ description: '' }), /mine\.yaml: description is missing: it must say what the task is$/],
    ['an unknown key', `${yaml}scorer: x`, /mine\.yaml:10: a benchmark file has no setting "scorer"; did you mean "scorers"\?$/],
    [
      'a name that is no name',
      changed({ name: 'name: My Bench' }),
      /name must be 1 to 40 lower-case letters.*, but is "My Bench"/,
    ],
    ['the name of a built-in one', changed({ name: 'name: gsm8k' }), /name is "gsm8k", as is a built-in benchmark's/],
    ['no data', changed({ file: '', split: '' }), /must name its data once/],
    ['data twice', `${yaml}files: { validate: a.csv }`, /mine\.yaml:5: .*must name its data once/],
    ['a file of an unknown kind', changed({ file: 'file: capitals.xls' }), /file must end in \.csv, .*, but is "capitals\.xls"/],
    ['no split rule', changed({ split: '' }), /split must say how the file is split/],
    [
      'shares above 1',
      changed({ split: 'split: { shares: { a: 0.6, b: 0.6 } }' }),
      /split\.shares must add up to 1 at most, but add up to 1\.2/,
    ],
    ['two rules', changed({ split: 'split: { column: Part, shares: { a: 1 } }' }), /split must say how/],
    ['a reserved field', changed({ fields: 'fields: { id: Question }' }), /fields\.id belongs at the top level/],
    ['an input that is no field', `${yaml}inputs: [questoin]`, /inputs names "questoin", which is not among the fields question/],
    ['an unknown operator', `${yaml}operators: [custm]`, /operators\.0 must be custom, .*, but is "custm"/],
    ['no way to start', `${yaml}operators: [format]`, /initial_workflow is missing/],
    [
      'a workflow that is wrong',
      `${yaml}initial_workflow: { workflow: 1, name: x, steps: [] }`,
      /mine\.yaml, initial_workflow: steps: steps must have at least one step/,
    ],
    ['no scorer', changed({ scorers: 'scorers: {}' }), /scorers must name at least one scorer/],
    [
      'an unknown scorer',
      changed({ scorers: 'scorers: { a: exakt-match }' }),
      /scorers\.a is "exakt-match", which is not a kind of scorer; did you mean "exact-match"\?/,
    ],
    [
      'the name of a built-in scorer',
      changed({ scorers: 'scorers: { drop-strict: exact-match }' }),
      /scorers\.drop-strict has the name of a built-in scorer/,
    ],
    [
      'an unknown option',
      changed({ scorers: 'scorers: { a: { kind: number, tolerence: 1 } }' }),
      /mine\.yaml:10: scorers\.a has no setting "tolerence"; did you mean "tolerance"\?/,
    ],
    [
      'an option out of range',
      changed({ scorers: 'scorers: { a: { kind: number, relative: 2 } }' }),
      /scorers\.a\.relative must be a number from 0 to 1, but is 2/,
    ],
    [
      'a choice of an option',
      changed({ scorers: 'scorers: { a: { kind: contains, ignore: [caps] } }' }),
      /scorers\.a\.ignore\.0 must be case, .*, but is "caps"/,
    ],
    ['a missing option', changed({ scorers: 'scorers: { a: { kind: judge } }' }), /scorers\.a\.prompt is missing/],
    [
      'a template of nothing',
      changed({ scorers: 'scorers: { a: { kind: judge, prompt: "{{ anser }}" } }' }),
      /scorers\.a\.prompt cannot be used: there is no "anser"/,
    ],
    [
      'a field that a template lacks',
      changed({ scorers: 'scorers: { a: { kind: judge, prompt: "{{ query.topic }}" } }' }),
      /capitals\.csv, line 2: the scorer a cannot judge this query: prompt has no value/,
    ],
    [
      'options of a built-in scorer',
      changed({ scorers: 'scorers: { a: { kind: drop-strict, x: 1 } }' }),
      /built-in scorer drop-strict, which has no options/,
    ],
    [
      'a scorer file that is not there',
      changed({ scorers: 'scorers: { a: { kind: python, file: no.py } }' }),
      /no\.py is not there; the benchmark file names it for a scorer/,
    ],
    [
      'a column that is not there',
      changed({ reference: 'reference: City' }),
      /capitals\.csv, line 2: the column "City" is missing; the columns are Question, Capital, Part/,
    ],
    [
      'a reference that cannot be judged',
      changed({ scorers: 'scorers: { a: choice }' }),
      /capitals\.csv, line \d+: the scorer a cannot judge this query: its reference "City \d" is none of/,
    ],
    [
      'a data file that is not there',
      changed({ file: 'file: other.csv' }),
      /other\.csv is not there; the benchmark capitals names it/,
    ],
    ['a split without rows', changed({ split: 'split: { column: Part }' }), /capitals\.csv holds no rows for the split validate/],
  ])('refuses %s in one sentence', async (_what, content, message) => {
    await put('capitals.csv', csv);
    await expect(load(content)).rejects.toThrow(message);
    await expect(load(content)).rejects.not.toThrow(/\n/);
  });

  it.each<[string, string, string, RegExp, string]>([
    ['bad JSON', 'd.jsonl', '{"Question": "A?", "Capital": "a"}\n{"Question"\n', /d\.jsonl, line 2: not valid JSON/, 'bad-json'],
    ["Python's NaN", 'd.jsonl', '{"Question": "A?", "Capital": NaN}\n', /line 1: not valid JSON .*: write null$/, 'bad-json'],
    [
      'objects over lines',
      'd.json',
      '{"Question":\n"A?"}\n{"Question":\n"B?"}',
      /d\.json is not valid .*`jq -c \.`\)$/,
      'bad-json',
    ],
    ['no list', 'd.json', '{"Question": "A?"}', /d\.json must hold a list of objects/, 'bad-json'],
    ['a row that is no object', 'd.json', '[1]', /d\.json, row 1: a row must be an object/, 'bad-field'],
    ['a missing field', 'd.jsonl', '{"Question": "A?"}\n', /d\.jsonl, line 1: the column "Capital" is missing/, 'bad-field'],
    ['an empty field', 'd.csv', 'Question,Capital\nA?,a\n ,b\n', /d\.csv, line 3: the column "Question" is empty/, 'bad-field'],
    [
      'a field of objects',
      'd.jsonl',
      '{"Question": {"x": 1}, "Capital": "a"}\n',
      /line 1: the column "Question" holds no text, number/,
      'bad-field',
    ],
    ['a ragged row', 'd.csv', 'Question,Capital\nA?,a,b\n', /d\.csv, line 2: 3 cells for 2 columns/, 'bad-csv'],
    ['a column twice', 'd.csv', 'Question,Question\n', /d\.csv, line 1: two columns are called "Question"/, 'bad-csv'],
    ['an open quote', 'd.csv', 'Question,Capital\n"A?,a\n', /d\.csv, line 2: a quote is opened here and never closed/, 'bad-csv'],
    ['an empty file', 'd.csv', '', /d\.csv holds no rows for the split validate/, 'empty-split'],
    ['only a head', 'd.csv', 'Question,Capital\n', /d\.csv holds no rows for the split validate/, 'empty-split'],
    ['ids that stand twice', 'd.csv', 'Question,Capital\nA?,a\nA?,b\n', /queries 1 and 2 have the same id "A\?"/, 'duplicate-id'],
  ])('refuses %s of a data file in one sentence', async (_what, name, data, message, problem) => {
    await put(name, data);
    const content = `${changed({ file: `files: { validate: ${name} }`, split: '' })}${problem === 'duplicate-id' ? '\nid: Question' : ''}`;
    await expect(load(content)).rejects.toThrow(message);
    await expect(load(content)).rejects.toMatchObject({ name: 'BenchmarkError', problem });
    await expect(load(content)).rejects.not.toThrow(/\n/);
  });

  it('is found from its own folder, whatever the folder of the caller', async () => {
    await mkdir(join(folder, 'data'));
    await put('data/capitals.csv', csv);
    await put('mine.yaml', changed({ file: 'file: data/capitals.csv' }));
    expect((await findBenchmark(join(folder, 'mine.yaml'))).splits).toEqual(['validate', 'test']);
    expect((await load(changed({ file: 'file: data/capitals.csv' }))).queries).toHaveLength(4);
  });
});
