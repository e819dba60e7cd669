import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Query } from '../../../services/domain/benchmark.ts';
import { humanevalAflow } from '../../../services/domain/scoring/humaneval-aflow.ts';
import { humanevalStrict } from '../../../services/domain/scoring/humaneval-strict.ts';
import { mbppAflow } from '../../../services/domain/scoring/mbpp-aflow.ts';
import { mbppStrict } from '../../../services/domain/scoring/mbpp-strict.ts';
import type { ScoringTools } from '../../../services/domain/scoring/scorer.ts';
import { createSandbox, type Sandbox } from '../../../services/shared/sandbox/sandbox.ts';
import { isPythonHere } from '../../support/python-here.ts';

const triple: Query = {
  id: 'triple',
  fields: {
    entry_point: 'triple',
    prompt: 'from typing import List\n\ndef half(x):\n    return x / 2\n\ndef triple(x):\n    """Three times x."""\n',
  },
  reference: 'def check(candidate):\n    assert candidate(4) == 12\n    assert candidate(-1) == -3\n',
};
const quadruple: Query = {
  id: 'quadruple',
  fields: { entry_point: 'quadruple' },
  reference: 'def check():\n    assert quadruple(2) == 8\n',
};

let sandbox: Sandbox;
let tools: ScoringTools;
beforeAll(async () => {
  sandbox = await createSandbox({ environment: process.env });
  tools = { code: sandbox, signal: new AbortController().signal };
});
afterAll(() => sandbox.close());

/** Name, answer, score by AFlow's rule, by the strict one. */
const answersToTriple: [string, string, number, number][] = [
  ['a session of IPython', 'In [1]: def triple(x):\n   ...:     return 3 * x\n   ...:\n\nIn [2]: triple(4)\nOut[2]: 12', 0, 1],
  ['right code', 'def triple(x):\n    return 3 * x', 1, 1],
  ['wrong code', 'def triple(x):\n    return 3 + x', 0, 0],
  ['code in a fence amid prose', 'Here it is:\n\n```python\ndef triple(x):\n    return 3 * x\n```\nIt multiplies.', 1, 1],
  ['a fence that is never closed', 'Sure!\n```python\ndef triple(x):\n    return 3 * x', 1, 1],
  [
    'the last of two tries',
    '```python\ndef triple(x):\n    return x\n```\nNo:\n```python\ndef triple(x):\n    return 3 * x\n```',
    0,
    1,
  ],
  [
    'a try that the line above rejects',
    '```python\ndef triple(x):\n    return 3 * x\n```\nDo not write:\n```python\ndef triple(x):\n    return x\n```',
    1,
    1,
  ],
  ...['A common mistake is:', 'For comparison, here is a buggy version:', 'The following does not work:', '**Avoid:**'].map(
    (above): [string, string, number, number] => [
      `a try that is rejected by: ${above}`,
      `\`\`\`python\ndef triple(x):\n    return 3 * x\n\`\`\`\n\n${above}\n\n\`\`\`python\ndef triple(x):\n    return x\n\`\`\``,
      1,
      1,
    ],
  ),
  ...['but this is wrong. So:', 'To avoid a wrong sign, use this instead:', 'This avoids a common mistake:'].map(
    (above): [string, string, number, number] => [
      `a try that is presented by: ${above}`,
      `\`\`\`python\ndef triple(x):\n    return x\n\`\`\`\n${above}\n\`\`\`python\ndef triple(x):\n    return 3 * x\n\`\`\``,
      0,
      1,
    ],
  ),
  ['a fence behind the mark of a list', '- ```python\n  def triple(x):\n      return 3 * x\n  ```', 0, 1],
  [
    'a try above a fixed one whose line names the wrong one',
    '```python\ndef triple(x):\n    return x\n```\nHere is the wrong code, fixed:\n```python\ndef triple(x):\n    return 3 * x\n```',
    0,
    1,
  ],
  [
    'a function without a fence behind a wrong block',
    '```python\ndef triple(x):\n    return x\n```\nFixed version:\n\ndef triple(x):\n    return 3 * x\n',
    0,
    1,
  ],
  ['a helper function', 'def triple(x):\n    return times(x)\n\ndef times(x):\n    return FACTOR * x\n\nFACTOR = 3', 1, 1],
  ['a helper by an annotated assignment', 'FACTOR: int = 3\n\ndef triple(x):\n    return FACTOR * x', 0, 1],
  ['a helper made in an if', 'if True:\n    factor = 3\n\ndef triple(x):\n    return factor * x', 0, 1],
  ['a failing example below', 'def triple(x):\n    return 3 * x\n\nassert triple(1) == 4', 1, 0],
  ["the prompt's own helper", 'def triple(x):\n    return 6 * half(x)', 0, 1],
  ['a body without the signature', '    return 3 * x\n', 0, 1],
  ['a decorated function', 'import functools\n\n@functools.cache\ndef triple(x):\n    return 3 * x', 1, 1],
  ['an import from the future', 'from __future__ import annotations\n\ndef triple(x: Number):\n    return 3 * x', 1, 1],
  ['names that need no import', 'def triple(x: Optional[List[int]]):\n    return int(math.fsum([x] * 3))', 1, 1],
  ['an exit in the function', 'def triple(x):\n    raise SystemExit', 0, 0],
  ['another function', 'def thrice(x):\n    return 3 * x', 0, 0],
  ['a quotation', '> ```python\n> def triple(x):\n>     return 3 * x\n> ```', 0, 1],
  ['a session', '```pycon\n>>> def triple(x):\n...     return 3 * x\n...\n>>> triple(1)\n3\n```', 0, 1],
  ['a listing', '```python\n1 def triple(x):\n2     return 3 * x\n```', 0, 1],
  ['a patch', '```diff\n+def triple(x):\n+    return 3 * x\n```', 0, 1],
  ['signs escaped as in HTML', '```python\ndef triple(x):\n    return 3 * x if x &lt; 99 else 0\n```', 0, 1],
  ['typographic quotation marks', 'def triple(x):\n    “””Thrice.”””\n    return 3 * x', 0, 1],
  ["Python's dict", "{'code': 'def triple(x):\\n    return 3 * x'}", 0, 1],
  ['prose', 'I would multiply x by three.', 0, 0],
  ['nothing', '', 0, 0],
  ['a line that only NUL breaks', 'def triple(x):\n    return 3 * x\u0000', 0, 0],
];

const fenced = (code: string, mark = '```') => `${mark}python\n${code}\n${mark}\n`;
const tripled = 'def triple(x):\n    return 3 * x';

/** What the strict scorer gives to programs in the forms that models give them. */
const presentedTriples: [string, string, number][] = [
  [
    'a helper in a block before',
    `${fenced('def times(x):\n    return 3 * x')}Then:\n${fenced('def triple(x):\n    return times(x)')}`,
    1,
  ],
  [
    'a helper in a block behind',
    `${fenced('def triple(x):\n    return times(x)')}${fenced('def times(x):\n    return 3 * x')}`,
    1,
  ],
  ['a helper that is wrong', `${fenced('def times(x):\n    return x')}${fenced('def triple(x):\n    return times(x)')}`, 0],
  [
    'imports in a block of their own',
    `${fenced('from operator import mul')}${fenced('def triple(x):\n    return mul(3, x)')}`,
    1,
  ],
  [
    'a test file behind it',
    `${fenced(tripled)}${fenced('from solution import triple\n\ndef test():\n    assert triple(1) == 4')}`,
    1,
  ],
  ['a use that binds the name', `${fenced(tripled)}${fenced('import solution\ntriple = solution.triple')}`, 1],
  ['its signature behind it', `${fenced(tripled)}${fenced('def triple(x: int) -> int: ...')}`, 1],
  ['a wrong program behind it', `${fenced(tripled)}${fenced('def triple(x):\n    return x')}`, 0],
  ['a body whose first line lost its indentation', 'y = 3 * x\n    if x:\n        return y\n    return 0', 1],
  ['the same in a fence, with a colon', fenced('if not x:\n        return 0\n    return 3 * x'), 1],
  ['tildes', fenced(tripled, '~~~'), 1],
  ['other marks', `[BEGIN]\n${tripled}\n[DONE]`, 1],
  ['a JSON object', JSON.stringify({ code: tripled }), 1],
  ['a JSON object in another', JSON.stringify({ solution: { code: tripled } }), 1],
  ['a JSON string', JSON.stringify(tripled), 1],
  ['a patch that takes lines out', '```diff\n-def triple(x):\n-    return x\n+def triple(x):\n+    return 3 * x\n```', 1],
  ['a patch to what is wrong', '```diff\n-def triple(x):\n-    return 3 * x\n+def triple(x):\n+    return x\n```', 0],
  ['the end of a turn behind it', `${tripled}</s>`, 1],
  ['the language of a fence that is gone', `python\n${tripled}`, 1],
  ['inline code', 'Use `def triple(x): return 3 * x` here.', 1],
  ['a fence in a docstring', fenced('def triple(x):\n    """\n    ```\n    triple(1)\n    ```\n    """\n    return 3 * x'), 1],
  ['no-break blanks', fenced(tripled.replace('    ', '\u00a0\u00a0\u00a0\u00a0')), 1],
];

describe.skipIf(!isPythonHere)('the strict scorer of HumanEval', () => {
  it.each(presentedTriples)('judges a program with %s', async (_name, answer, score) => {
    expect(await humanevalStrict.score(answer, triple, tools)).toMatchObject({ score });
  });
});

describe.skipIf(!isPythonHere)('the scorers of HumanEval', () => {
  it.each(answersToTriple)('judge %s', async (_name, answer, aflow, strict) => {
    expect(await humanevalAflow.score(answer, triple, tools)).toMatchObject({ score: aflow });
    expect(await humanevalStrict.score(answer, triple, tools)).toMatchObject({ score: strict });
  });

  it('give the three answers that need it the function of their prompts', async () => {
    const query: Query = {
      id: 'zero',
      fields: { entry_point: 'find_zero', prompt: '' },
      reference: 'def check(candidate):\n    assert poly([-2, 1], candidate([-2, 1])) == 0\n',
    };
    expect(await humanevalAflow.score('def find_zero(xs):\n    return -xs[0] / xs[1]', query, tools)).toMatchObject({ score: 1 });
  });

  it('refuse to work without a runner, and a query that names no function', async () => {
    const { signal } = tools;
    await expect(humanevalAflow.score('', triple, { code: undefined, signal })).rejects.toThrow(
      'humaneval-aflow runs the programs',
    );
    expect(() => humanevalAflow.score('', { ...triple, fields: { entry_point: 'a b' } }, tools)).toThrow(
      'query triple names no function',
    );
  });
});

describe.skipIf(!isPythonHere)('the scorers of MBPP', () => {
  it.each([
    ['right code', 'def quadruple(x):\n    return 4 * x', 1, 1],
    ['wrong code', 'def quadruple(x):\n    return x', 0, 0],
    ['an exit', 'def quadruple(x):\n    exit()', 0, 0],
  ])('judge %s', async (_name, answer, aflow, strict) => {
    expect(await mbppAflow.score(answer, quadruple, tools)).toMatchObject({ score: aflow });
    expect(await mbppStrict.score(answer, quadruple, tools)).toMatchObject({ score: strict });
  });

  it("know a function that is called like one of Python's own", async () => {
    const query = { id: 'sum', fields: { entry_point: 'sum' }, reference: 'def check():\n    assert sum(2, 3) == 23\n' };
    const answer = 'def sum(a, b):\n    return 10 * a + b';
    expect(await mbppAflow.score(answer, query, tools)).toMatchObject({ score: 1 });
    expect(await mbppStrict.score(answer, query, tools)).toMatchObject({ score: 1 });
    expect(await mbppStrict.score('def sums(a, b):\n    return 23', query, tools)).toMatchObject({ score: 0 });
  });

  it('let the tests use the module sys of an answer that imports it', async () => {
    const query = { ...quadruple, reference: 'def check():\n    assert quadruple(2) == sys.maxsize\n' };
    expect(await mbppAflow.score('import sys\ndef quadruple(x):\n    return sys.maxsize', query, tools)).toMatchObject({
      score: 1,
    });
  });
});
