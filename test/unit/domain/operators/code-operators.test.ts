import { describe, expect, test } from 'vitest';
import { FailureError } from '../../../../services/domain/failure.ts';
import type { OperatorContext, Value } from '../../../../services/domain/operators/operator.ts';
import { operators } from '../../../../services/domain/operators/registry.ts';
import type { CodeRun, CodeRunner, CodeVerdict } from '../../../../services/domain/ports.ts';
import { randomStream } from '../../../../services/domain/random.ts';
import { defines, readProgram } from '../../../../services/domain/replies/read-program.ts';
import { pythonChild } from '../../../support/python/python-child.ts';
import { modelReply } from '../../../support/scripted-model.ts';

const verdict = (parts: Partial<CodeVerdict>): CodeVerdict => ({
  passed: parts.error === undefined,
  kind: parts.error === undefined ? 'passed' : 'failed',
  output: '',
  error: '',
  result: '',
  cpuMs: 1,
  outputTruncated: false,
  isolation: 'scripted',
  ...parts,
});

function scriptedRunner(...verdicts: Partial<CodeVerdict>[]): CodeRunner & { readonly runs: CodeRun[] } {
  const runs: CodeRun[] = [];
  return {
    runs,
    run: async (program) => {
      runs.push(program);
      const next = verdicts.shift();
      if (next === undefined) throw new Error('run once too often');
      return verdict(next);
    },
  };
}

/** Runs an operator with the model's replies given. */
async function use(name: string, inputs: Record<string, Value>, code: CodeRunner | undefined, ...replies: string[]) {
  const asked: string[] = [];
  const context: OperatorContext = {
    code,
    random: randomStream(1),
    query: {},
    signal: new AbortController().signal,
    complete: async (messages) => {
      asked.push(messages.map(({ content }) => content).join('\n'));
      const reply = replies.shift();
      if (reply === undefined) throw new Error('asked once too often');
      return modelReply(reply);
    },
  };
  return { outputs: await operators.named(name).run(inputs, context), asked };
}

async function failureOf(running: Promise<unknown>) {
  const error = await running.catch((thrown: unknown) => thrown);
  if (!(error instanceof FailureError)) throw new Error('it did not fail', { cause: error });
  return error.failure;
}

const fenced = (code: string): string => `Here it is:\n\n\`\`\`python\n${code}\n\`\`\`\nIt works.`;

test.each([
  ['programmer', 'Write a Python program that computes', { problem: 'LAST' }, fenced('def solve():\n    return 1')],
  ['custom_code_generate', 'Write the Python function that', { problem: 'LAST', entry_point: 'f' }, fenced('def f(): pass')],
  ['format', 'State the final answer of the solution', { problem: 'p', solution: 'LAST' }, '<answer>1</answer>'],
  ['md_ensemble', 'Several solutions of the problem follow', { problem: 'p', solutions: ['LAST', 'LAST '] }, 'A'],
])(
  '%s puts its fixed part first and the query last, so that a prefix cache can serve it',
  async (name, opening, inputs, reply) => {
    const { asked } = await use(name, inputs, scriptedRunner({ result: '1' }), reply);
    for (const prompt of asked) {
      expect(prompt.startsWith(opening)).toBe(true);
      expect(prompt.endsWith('LAST')).toBe(true);
    }
  },
);

describe('a program is found in a reply', () => {
  test.each([
    ['a fenced block', fenced('def f():\n    return 1'), 'def f():\n    return 1'],
    ['a block without a language', '```\nimport math\n```', 'import math'],
    ['a fence that was never closed', '```python\ndef f():\n    return 1', 'def f():\n    return 1'],
    [
      'helpers in one block, the function in another',
      '```py\ndef g(): pass\n```\nand\n```py\ndef f(): g()\n```',
      'def g(): pass\n\ndef f(): g()',
    ],
    ['a block that only shows a use of it', '```python\ndef f(): pass\n```\nUse:\n```python\nprint(f())\n```', 'def f(): pass'],
    ['a block in another language', '```bash\npip install x\n```\n```python\nx = 1\n```', 'x = 1'],
    [
      'bare code with constants above it',
      'Sure, x is it!\n\n# Ten.\nTEN = 10\n\ndef f():\n    return TEN',
      '# Ten.\nTEN = 10\n\ndef f():\n    return TEN',
    ],
    [
      'bare code with a blank before the parameters',
      'def g (x):\n    return x\n\ndef f(x):\n    return g(x)',
      'def g (x):\n    return x\n\ndef f(x):\n    return g(x)',
    ],
    ['bare code after a sentence', 'Sure!\ndef f():\n    return 1', 'def f():\n    return 1'],
    [
      'a think block with a draft',
      '<think>\n```python\ndef f(): wrong\n```\n</think>\n```python\ndef f(): pass\n```',
      'def f(): pass',
    ],
    ['tildes', '~~~python\ndef f(): pass\n~~~', 'def f(): pass'],
    [
      'a fence in a docstring',
      fenced('def f():\n    """x\n\n    ```\n    f()\n    ```\n    """'),
      'def f():\n    """x\n\n    ```\n    f()\n    ```\n    """',
    ],
    ['quotation marks that never end', "```\nx = '''\n```\nand\n```\ny = 1\n```", "x = '''\n\ny = 1"],
    [
      'a block that tests it',
      '```python\ndef f(): pass\n```\n```python\nfrom solution import f\n\ndef test_f():\n    assert f()\n```',
      'def f(): pass',
    ],
    ['a function that is called like a test', '```python\ndef test_even(n): pass\n```', 'def test_even(n): pass'],
    ['marks of another kind', 'So:\n[BEGIN]\ndef f(): pass\n[DONE]', 'def f(): pass'],
    ['a JSON object', '{"thought": "t", "code": "def f():\\n    pass"}', 'def f():\n    pass'],
    ['inline code', 'Take `def f(x): return x` for it.', 'def f(x): return x'],
    ['a fence in one line', '```python def f(x): return x```', 'def f(x): return x'],
    ['blanks that Python does not know', '```\ndef f():\n\u00a0\u00a0return 1\n```', 'def f():\n  return 1'],
    ['no code', 'I cannot do that.', ''],
  ])('%s', (_case, reply, program) => expect(readProgram(reply)).toBe(program));

  test.each([
    ['def f(x):', true],
    ['async def f(x):', true],
    ['class f:', true],
    ['f = lambda x: x', true],
    ['from math import gcd as f', true],
    ['def ff(x):', false],
    ['    def f(self):', false],
    ['f(1)', false],
    ['f == 1', false],
  ])('whether "%s" defines f: %s', (line, defined) => expect(defines(`import os\n${line}\n    pass`, 'f')).toBe(defined));
});

describe('programmer', () => {
  const solving = fenced('def solve():\n    return 6 * 7');

  test('runs solve() and gives what it returns', async () => {
    const code = scriptedRunner({ result: '42' });
    const { outputs } = await use('programmer', { problem: 'p' }, code, solving);
    expect(outputs).toEqual({ code: 'def solve():\n    return 6 * 7', output: '42' });
    expect(code.runs[0]?.entry).toBe('solve');
  });

  test('repairs a program by its error', async () => {
    const code = scriptedRunner({ error: 'Traceback\nNameError: x' }, { result: '42' });
    const { outputs, asked } = await use(
      'programmer',
      { problem: 'p', analysis: 'think' },
      code,
      fenced('def solve(): x'),
      solving,
    );
    expect(outputs.output).toBe('42');
    expect(asked[1]).toContain('def solve(): x');
    expect(asked[1]).toContain('NameError: x');
    expect(asked[1]).toContain('Analysis:\nthink');
  });

  test('takes what is printed by a program without solve()', async () => {
    const code = scriptedRunner({ output: '42\n' });
    const { outputs } = await use('programmer', { problem: 'p' }, code, fenced('x = 42\nprint(x)'));
    expect(outputs.output).toBe('42');
    expect(code.runs[0]?.entry).toBeUndefined();
  });

  test('fails with the last error after three programs', async () => {
    const error = 'Traceback\n  line 1\nZeroDivisionError: division by zero';
    const code = scriptedRunner({ error }, { error }, { error });
    const failure = await failureOf(use('programmer', { problem: 'p' }, code, solving, solving, solving));
    expect(failure.kind).toBe('code');
    expect(failure.message).toBe(
      'The program written for programmer failed 3 times; the last error: ZeroDivisionError: division by zero',
    );
  });

  test('fails as unparsable where no reply holds a program, and lets no empty result pass', async () => {
    const code = scriptedRunner({ result: 'None' }, { result: 'None' });
    const failure = await failureOf(use('programmer', { problem: 'p' }, code, solving, solving, 'I will not.'));
    expect(failure.kind).toBe('unparsable-answer');
  });

  test('says that an executor without a sandbox cannot serve it, which is no failure of the workflow', async () => {
    await expect(use('programmer', { problem: 'p' }, undefined, solving)).rejects.toThrow('has no sandbox');
    expect(await use('programmer', { problem: 'p' }, undefined, solving).catch((error) => error)).not.toBeInstanceOf(
      FailureError,
    );
  });

  test('runs a real program, and repairs a real error', async () => {
    const broken = fenced('def solve():\n    return 1 / 0');
    const { outputs, asked } = await use('programmer', { problem: 'p' }, pythonChild, broken, solving);
    expect(outputs.output).toBe('42');
    expect(asked[1]).toContain('ZeroDivisionError');
  });
});

describe('custom_code_generate', () => {
  const inputs = { problem: 'p', entry_point: 'f' };

  test('gives the code alone', async () => {
    const { outputs, asked } = await use(
      'custom_code_generate',
      { ...inputs, instruction: 'BE CAREFUL' },
      undefined,
      fenced('def f(): pass'),
    );
    expect(outputs).toEqual({ response: 'def f(): pass' });
    expect(asked[0]).toContain('BE CAREFUL');
  });

  test.each([
    ['No.', 'holds no Python code'],
    [fenced('def g(): pass'), 'defines no function f'],
  ])('refuses %j', async (reply, why) => {
    const failure = await failureOf(use('custom_code_generate', inputs, undefined, reply));
    expect(failure).toEqual({ kind: 'unparsable-answer', message: `The reply to custom_code_generate ${why}.` });
  });
});

describe('test', () => {
  const inputs = { problem: 'p', solution: 'def f(x): return x', entry_point: 'f', tests: 'assert candidate(1) == 2' };
  const right = fenced('def f(x):\n    return x + 1');

  test('passes what passes, without a model call', async () => {
    const code = scriptedRunner({});
    const { outputs, asked } = await use('test', inputs, code);
    expect(outputs).toEqual({ passed: true, solution: 'def f(x): return x' });
    expect(asked).toEqual([]);
    expect(code.runs[0]?.code).toBe('def f(x): return x\n\ncandidate = f\n');
    expect(code.runs[0]?.tests).toBe('import math\nf = candidate\nassert candidate(1) == 2\n');
  });

  test('passes everything where there are no tests', async () => {
    const { outputs } = await use('test', { ...inputs, tests: ' ' }, scriptedRunner());
    expect(outputs.passed).toBe(true);
  });

  test('has a failing function written anew, with the error before it', async () => {
    const { outputs, asked } = await use('test', inputs, pythonChild, right);
    expect(outputs).toEqual({ passed: true, solution: 'def f(x):\n    return x + 1' });
    expect(asked[0]?.startsWith('The Python function at the end fails its tests.')).toBe(true);
    expect(asked[0]).toContain('AssertionError');
    expect(asked[0]).toContain('assert candidate(1) == 2');
  });

  test('gives up after three fixes, with the last function, and does not fail', async () => {
    const error = 'AssertionError';
    const { outputs, asked } = await use(
      'test',
      inputs,
      scriptedRunner({ error }, { error }, { error }),
      right,
      'no code',
      fenced('def f(x): return 3'),
    );
    expect(outputs).toEqual({ passed: false, solution: 'def f(x): return 3' });
    expect(asked).toHaveLength(3);
  });

  test('takes a fenced solution, and one under another name for wrong', async () => {
    const { outputs, asked } = await use('test', { ...inputs, solution: fenced('def g(x): return 2') }, pythonChild, right);
    expect(asked[0]).toContain("name 'f' is not defined");
    expect(outputs.passed).toBe(true);
  });
});

test.each([
  ['<answer>Paris</answer>', 'Paris'],
  ['<think>hm</think>\nParis', 'Paris'],
  ['```\nParis\n```', 'Paris'],
  ['It is the capital.\n\n**Final answer:** Paris', 'Paris'],
  ['<ANSWER>\nParis', 'Paris'],
  ['<solution>Paris</solution>', 'Paris'],
  ['So the answer is Paris. It lies on the Seine.', 'Paris'],
  ['$\\boxed{\\frac{1}{2}}$', '\\frac{1}{2}'],
])('format reads %j', async (reply, solution) => {
  expect((await use('format', { problem: 'p', solution: 's' }, undefined, reply)).outputs).toEqual({ solution });
});

test('format fails on an empty reply', async () => {
  expect((await failureOf(use('format', { problem: 'p', solution: 's' }, undefined, '<think>?</think>'))).kind).toBe(
    'unparsable-answer',
  );
});

describe('md_ensemble', () => {
  const inputs = { problem: 'p', solutions: ['one', 'two', 'three'] };

  /** Votes for the letter under which a solution stands in each prompt. */
  async function voted(votes: readonly string[]) {
    const asked: string[] = [];
    const outputs = await operators.named('md_ensemble').run(inputs, {
      code: undefined,
      random: randomStream(1),
      query: {},
      signal: new AbortController().signal,
      complete: async (messages) => {
        const prompt = messages[0]?.content ?? '';
        const wanted = votes[asked.push(prompt) - 1] ?? '';
        const letter = new RegExp(`Solution ([A-C]):\\n${wanted}$`, 'm').exec(prompt)?.[1];
        return modelReply(letter === undefined ? 'None of them.' : `Solution ${letter}.`);
      },
    });
    return { outputs, asked };
  }

  test('counts votes for the solutions, whatever letter they stand under', async () => {
    const { outputs, asked } = await voted(['one', 'two', 'two', 'three', 'two']);
    expect(outputs).toEqual({ solution: 'two' });
    expect(new Set(asked.map((prompt) => prompt.slice(prompt.indexOf('Solution A:')))).size).toBeGreaterThan(1);
  });

  test('bears votes that cannot be read, and fails if none can', async () => {
    expect((await voted(['-', '-', 'three', '-', '-'])).outputs).toEqual({ solution: 'three' });
    expect((await failureOf(voted(['-', '-', '-', '-', '-']))).message).toContain('names a solution from A to C');
  });

  test('asks nobody about solutions that are all the same, and refuses none', async () => {
    expect((await use('md_ensemble', { problem: 'p', solutions: ['x', 'x '] }, undefined)).outputs).toEqual({ solution: 'x' });
    expect((await failureOf(use('md_ensemble', { problem: 'p', solutions: [] }, undefined))).kind).toBe('operator-input');
  });
});
