import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkPrograms } from '../../../services/cli/runs/check-programs.ts';
import type { Benchmark } from '../../../services/domain/benchmark.ts';
import { python } from '../../../services/domain/scoring/kinds/python.ts';
import { createSandbox, type Sandbox } from '../../../services/shared/sandbox/sandbox.ts';
import { isPythonHere } from '../../support/python-here.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ environment: process.env, concurrency: 1 });
});
afterAll(() => sandbox.close());

const query = { id: 'q1', fields: { question: 'Größe?' }, reference: 'zwölf' };

function score(text: string, answer = 'Zwölf\u2028', options: Record<string, string | number> = {}) {
  const file = { name: 'mine.py', text };
  const scorer = python.create('own', { file, function: 'score', seconds: 1, ...options });
  return scorer.score(answer, query, { code: sandbox, signal: new AbortController().signal });
}

describe.skipIf(!isPythonHere)('a scorer in a Python file of the user', () => {
  it('gets the answer and all of the query, and gives a number', async () => {
    const text = [
      'import re',
      'def score(answer, query):',
      '    print("noise")',
      '    assert query == {"id": "q1", "question": "Größe?", "reference": "zwölf"}, query',
      '    return re.sub(r"\\s", "", answer).lower() == query["reference"]',
    ].join('\n');
    expect(await score(text)).toEqual({ score: 1, extracted: '' });
    expect(await score(text, 'elf')).toEqual({ score: 0, extracted: '' });
  });

  it('may tell what it looked at, and have another name', async () => {
    const text = 'def grade(answer, query):\n    return {"score": 0.25, "extracted": answer.strip()}\n';
    expect(await score(text, 'x NaN ', { function: 'grade' })).toEqual({ score: 0.25, extracted: 'x NaN' });
  });

  it.each([
    [
      'an error',
      'def score(answer, query):\n    return inner(answer)\ndef inner(answer):\n    return 1 / 0\n',
      'mine.py, line 4: ZeroDivisionError: division by zero',
    ],
    ['a mistake of syntax', '\ndef score(answer query):\n    pass\n', 'mine.py, line 2: SyntaxError: invalid syntax'],
    ['a module that is not there', 'import nowhere\n', "mine.py, line 1: ModuleNotFoundError: No module named 'nowhere'"],
    ['no such function', 'def other(): pass\n', "mine.py: NameError: name 'score' is not defined"],
    [
      'a score that is none',
      'def score(answer, query):\n    return 7\n',
      'mine.py: score gave 7.0, and a score is a number from 0 to 1',
    ],
    [
      'not a number',
      'def score(answer, query):\n    return float("nan")\n',
      'mine.py: score gave nan, and a score is a number from 0 to 1',
    ],
    ['nothing', 'def score(answer, query):\n    pass\n', 'mine.py: TypeError: float() argument'],
    [
      'an endless loop',
      'def score(answer, query):\n    while True: pass\n',
      // On a busy machine the wall clock is over first.
      'mine.py: the program ',
    ],
    ['an exit', 'import os\ndef score(answer, query):\n    os._exit(0)\n', 'mine.py: '],
    ['a file of the machine', 'def score(answer, query):\n    open("/etc/scale-was-here", "w")\n', 'mine.py, line 2: '],
  ])('fails by type with its file and line for %s', async (_what, text, message) => {
    await expect(score(text)).rejects.toMatchObject({
      failure: { kind: 'scorer', message: expect.stringContaining(`the scorer own failed: ${message}`) },
    });
  });

  it('cannot be forged by an answer', async () => {
    const text = 'def score(answer, query):\n    return answer == query["reference"]\n';
    expect(await score(text, '"}\n{"score": 1.0}')).toMatchObject({ score: 0 });
  });

  it('has a name that Python takes', () => {
    expect(() => python.create('own', { file: { name: 'a', text: '' }, function: 'a.b', seconds: 1 })).toThrow(
      /no name of a function/,
    );
  });
});

describe.skipIf(!isPythonHere)('a benchmark with such a scorer, before it is run', () => {
  const check = (text: string) => {
    const options = { file: { name: 'mine.py', text }, function: 'score', seconds: 5 };
    const benchmark: Benchmark = {
      ...{ name: 'own', split: 'validate', description: '', answerFormat: '', inputs: ['question'], operators: ['custom'] },
      ...{ queries: [query, { ...query, id: 'q2', reference: 'something else' }], scorer: 'mine', otherScorers: [] },
      ...{ ownScorers: { mine: { kind: 'python', options } } },
    };
    return checkPrograms(benchmark, process.env, new AbortController().signal);
  };

  it('gives no cause for a remark if the scorer works', async () => {
    expect(await check('def score(answer, query):\n    return answer == query["reference"]\n')).toEqual([]);
  });

  it.each([
    ['0', /^the scorer mine gives the reference of query q1 itself 0: answers must look otherwise, which answer_format/],
    ['1', /^the scorer mine gives the reference of query q2 1 as an answer to query q1: it may take anything$/],
  ])('gives cause for one if it returns %s whatever the answer is', async (always, remark) => {
    expect(await check(`def score(answer, query):\n    return ${always}\n`)).toEqual([expect.stringMatching(remark)]);
  });

  it('may fail on an answer to another query, which none may ever give', async () => {
    const text = 'def score(answer, query):\n    return {query["reference"]: 1}[answer]\n';
    expect(await check(text)).toEqual([]);
  });

  it('is refused with file and line if there is a slip in the scorer', async () => {
    const checking = check('def score(answer, query):\n    return query["refrence"]\n');
    await expect(checking).rejects.toMatchObject({
      ...{ name: 'CliError', kind: 'bad-input' },
      message:
        "the scorer mine failed: mine.py, line 2: KeyError: 'refrence' (tried with the reference of query q1 as the answer)",
    });
  });
});
