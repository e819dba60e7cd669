import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../../../services/shared/sandbox/sandbox.ts';
import { isPythonHere } from '../../support/python-here.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ environment: process.env, concurrency: 2 });
});
afterAll(() => sandbox.close());

/** A scalar and an array as NumPy has them, without NumPy. */
const numpy = `
class Scalar:
    shape = ()
    def __init__(self, value): self.value = value
    def item(self): return self.value
class Array:
    shape = (1,)
    def item(self): return 5
`;

/**
 * What the program is, and what its tests say of it: each with \`import os\` in front, for which they run in a process of their
 * own.
 */
const passed: Record<string, [code: string, tests: string]> = {
  'a match': [
    'import re\ndef f(s): return re.match(r"(?P<a>a)(x)?b", s)',
    'm = f("abc")\nassert m and not f("b") and m.group() == m[0] == "ab" and m.groups() == ("a", None) and m["a"] == "a"\nassert m.span() == (0, 2) and m.start("a") == 0 and m.group(0, 1) == ("ab", "a") and m.groupdict() == {"a": "a"} and m.string == "abc"',
  ],
  'a pattern': [
    'import re\ndef f(s): return re.compile(s, re.I)',
    'assert f("a").match("A") and f("a") == __import__("re").compile("a", 2)',
  ],
  'an iterator': [
    'def f(xs): return filter(None, xs)',
    'assert list(f([0, 1])) == [1] and next(f([2])) == 2 and f([1]) != [1]\ntry:\n    len(f([1]))\n    assert False\nexcept TypeError: pass',
  ],
  'a generator without end': [
    'import itertools\ndef f(): return itertools.count(3)',
    'g = f()\nassert [next(g), next(g)] == [3, 4]',
  ],
  'a pair of lists, zipped': ['def f(a, b): return zip(a, b)', 'assert dict(f("ab", [1, 2])) == {"a": 1, "b": 2}'],
  'views of a dict': [
    'def f(): return {1: 2}.keys(), {1: 2}.values(), {1: 2}.items()',
    'k, v, i = f()\nassert k == {1} and list(v) == [2] and list(i) == [(1, 2)]',
  ],
  'spans of time': [
    'import datetime as d\ndef f(n): return d.timedelta(n), d.time(n)',
    'import datetime as d\nassert f(2) == (d.timedelta(days=2), d.time(2))',
  ],
  'a deque, an array': [
    'import collections, array\ndef f(): return collections.deque([1], 3), array.array("i", [2])',
    'd, a = f()\nassert d.maxlen == 3 and list(d) == [1] and list(a) == [2] and d != [1]',
  ],
  'a named tuple': [
    'import collections\nP = collections.namedtuple("P", "x y")\ndef f(): return P(1, 2)',
    'p = f()\nassert p.y == 2 and p == (1, 2)',
  ],
  'scalars like those of NumPy': [
    `${numpy}def f(): return [Scalar(3), Scalar(True), (Scalar(0.5),)]`,
    'r = f()\nassert r == [3, True, (0.5,)] and type(r[0]) is int and r[1] is True',
  ],
  'a type': ['def f(): return int', 'assert f() is int'],
  'a function that is returned': [
    'def f(n):\n    def add(x): return x + n\n    return add',
    'assert f(2)(3) == 5 and callable(f(1)) and f(2) != 5',
  ],
  'a function that is handed over': [
    'def f(g, xs): return [g(x) for x in xs]',
    'assert f(lambda x: x * 2, [1, 2]) == [2, 4] and f(len, ["ab"]) == [2]',
  ],
  'a function that comes back': ['def f(g): return g', 'def g(): pass\nassert f(g) is g'],
  'a call back into a call': [
    'def f(g, n): return n if n == 0 else g(n - 1)',
    'assert f(lambda n: f(lambda m: m + 10, n), 3) == 11',
  ],
  'an error with its arguments': [
    'def f(d): return d["k"]',
    'try:\n    f({})\n    assert False\nexcept KeyError as error:\n    assert error.args == ("k",) and str(error) == "\'k\'"',
  ],
  'an error of its own': [
    'class Bad(ValueError): pass\ndef f(): raise Bad("x", 1)',
    'try:\n    f()\n    assert False\nexcept Bad as error:\n    assert error.args == ("x", 1) and isinstance(error, ValueError)',
  ],
  'an error of a function handed over': [
    'def f(g):\n    try:\n        g()\n    except ValueError as error:\n        return str(error)',
    'def g(): raise ValueError("no")\nassert f(g) == "no"',
  ],
  'an iterator that it keeps': ['left = iter([1, 2])\ndef f(): return next(left)', 'assert f() == 1 and f() == 2'],
  'what it does to a list': ['def f(xs): xs.append(3)', 'xs = [1]\nassert f(xs) is None and xs == [1, 3]'],
};

const refused: Record<string, [code: string, tests: string]> = {
  'an object of its own': ['class A: pass\ndef f(): return A()', 'f()'],
  'an array, which does not compare as a list does': [`${numpy}def f(): return Array()`, 'f()'],
  'a class that calls itself int': ['class int: pass\ndef f(): return int', 'f()'],
  'a function for a truth of its own': [
    'class A:\n    def __call__(self): pass\n    def __bool__(self): return False\ndef f(): return A()',
    'assert f()',
  ],
  'a name of the tests': [
    'def f(g):\n    import sys\n    peer = g.__closure__[0].cell_contents\n    return peer.ask("secret", (), {})',
    'def secret(): return 4\nassert f(lambda: 0) == 4',
  ],
};

describe.skipIf(!isPythonHere)('between a program and tests in two processes', () => {
  const run = ([code, tests]: [string, string]) =>
    sandbox.run({ code: `import os\n${code}`, tests, timeLimitMs: 5_000 }, AbortSignal.timeout(60_000));

  it.each(Object.keys(passed))('%s is passed', async (what) => {
    expect(await run(passed[what] ?? ['', ''])).toMatchObject({ error: '', passed: true });
  });

  it.each(Object.keys(refused))('%s is refused', async (what) => {
    expect(await run(refused[what] ?? ['', ''])).toMatchObject({ passed: false });
  });
});
