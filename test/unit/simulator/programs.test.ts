import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../services/domain/random.ts';
import { defines, readProgram } from '../../../services/domain/replies/read-program.ts';
import { kindOf } from '../../../services/simulator/answers/kind-of.ts';
import { knownPrograms } from '../../../services/simulator/answers/known-programs.ts';
import { mutated } from '../../../services/simulator/answers/program-mutations.ts';
import { programVariants } from '../../../services/simulator/answers/program-variants.ts';
import { plainPython } from '../../../services/simulator/answers/python-source.ts';
import { buildQueryIndex } from '../../../services/simulator/query-index.ts';
import { createSimulatedModel } from '../../../services/simulator/simulated-model.ts';
import { knownTasks, madeUpTasks, programBenchmark } from '../../support/benchmarks/made-up-programs.ts';
import { chat } from './arithmetic-benchmark.ts';
import { runOperator, share } from './ask.ts';

const modelFor = (difficulty: number) => createSimulatedModel(buildQueryIndex(knownTasks(difficulty)), 1);
const task = (place: number) => {
  const known = knownTasks(0)[place % madeUpTasks.length];
  if (known === undefined) throw new RangeError('no such task');
  return known;
};
const isRight = (answer: string, place: number) => {
  const known = task(place);
  return kindOf(known).isRight(readProgram(answer), known);
};

describe('the programs that the simulated model knows', () => {
  it.each(madeUpTasks.map(({ name }, place) => [name, place] as const))(
    'of %s are several right ones and several wrong ones',
    (_, place) => {
      const { right, wrong, misspelt, rightKeys } = knownPrograms(task(place));
      expect(right.length).toBeGreaterThan(1);
      expect(wrong.length).toBeGreaterThan(0);
      expect(misspelt.length).toBeGreaterThan(0);
      for (const program of [...wrong, ...misspelt]) {
        expect(rightKeys.has(plainPython(program))).toBe(false);
        expect(defines(program, madeUpTasks[place]?.name ?? '')).toBe(true);
      }
    },
  );

  it('are told apart by their code, whatever is written around it', () => {
    const source = 'def f(x):\n    """Doc # no comment."""\n    # why\n    return x + 1  # one more\n\n\n';
    expect(plainPython(source)).toBe('def f(x):\n    return x + 1');
    expect(plainPython("def f():\n    return '# text'")).toContain('# text');
  });

  it('rename a variable only where that is safe', () => {
    const renamed = programVariants('def f(n):\n    i = 0\n    while i < n:\n        i += 1\n    return i').at(-1);
    expect(renamed).toBe('def f(n):\n    index = 0\n    while index < n:\n        index += 1\n    return index');
    expect(programVariants('def f(n):\n    n = n + 1\n    return n')).toHaveLength(1);
    expect(programVariants('def f(n):\n    key = 1\n    return g(key=key)')).toHaveLength(1);
    expect(programVariants("def f(n):\n    i = 1\n    return f'{i}'")).toHaveLength(1);
  });

  it('have slips of many sorts', () => {
    const source = "def f(a, b):\n    if a == 0:\n        return True\n    print('a + b')\n    return max(a + b, 2 ** b) > 1";
    const slips = mutated(source, 'f', randomStream(1, 'slips')).map((program) => program.split('\n'));
    const changed = slips
      .map((lines) => source.split('\n').map((line, place) => (lines[place] === line ? '' : lines[place])))
      .map((lines) => lines.join('').trim());
    expect(changed).toEqual(
      expect.arrayContaining([
        'return max(a - b, 2 ** b) > 1',
        'return min(a + b, 2 ** b) > 1',
        'return False',
        'if a != 0:',
        'print(max(a + b, 2 ** b) > 1)',
      ]),
    );
    expect(changed).not.toContain('');
  });

  it('never change what a while loop ends by', () => {
    const loops = knownTasks(0).filter(({ solution }) => solution?.includes('while '));
    expect(loops.length).toBeGreaterThan(1);
    const loopLines = (program: string) => program.split('\n').filter((line) => /^ *(?:while|\w+ = .*\/\/)/.test(line));
    for (const known of loops) {
      for (const program of knownPrograms(known).wrong) expect(loopLines(program)).toEqual(loopLines(known.solution ?? ''));
    }
  });

  it('are stubs where no solution is known', () => {
    const { solution: _, ...rest } = task(0);
    const bare = { ...rest, query: { ...rest.query }, solution: undefined };
    expect(kindOf(bare).right(bare, { next: () => 0 })).toContain('NotImplementedError');
  });
});

describe('the simulated model as a programmer', () => {
  it('writes the function in a fenced block, with words around it', () => {
    const reply = modelFor(-9).reply(chat(task(0).query.fields.prompt ?? ''), 0);
    expect(reply).toMatch(/^[A-Z][^`]+\n\n```python\n[\s\S]+\n```/);
    expect(isRight(reply, 0)).toBe(true);
  });

  it('solves easy tasks and fails at hard ones', async () => {
    const solved = (difficulty: number) =>
      share(60, (n) =>
        isRight(modelFor(difficulty).reply(chat(task(n).query.fields.prompt ?? '', { temperature: 1, seed: n }), 0), n),
      );
    expect(await solved(-9)).toBeGreaterThan(0.98);
    expect(await solved(9)).toBeLessThan(0.02);
  });

  it('writes what custom_code_generate reads', async () => {
    const { prompt = '', entry_point = '' } = task(3).query.fields;
    const { response } = await runOperator('custom_code_generate', { problem: prompt, entry_point }, modelFor(-9));
    expect(isRight(String(response), 3)).toBe(true);
  });

  it('writes a stub for a task that it does not know, under the name that it is told', async () => {
    const { response } = await runOperator(
      'custom_code_generate',
      { problem: 'the problem of this task', entry_point: 'area' },
      modelFor(0),
    );
    expect(response).toMatch(/^def area\(/);
  });

  it('mends a wrong program in test more often than it writes a right one', async () => {
    const model = modelFor(0.5);
    const failing = {
      passed: false,
      kind: 'failed',
      output: '',
      error: 'AssertionError',
      result: '',
      cpuMs: 1,
      outputTruncated: false,
      isolation: 'none',
    } as const;
    const mended = await share(120, async (n) => {
      const known = task(n);
      const { prompt = '', entry_point = '' } = known.query.fields;
      let runs = 0;
      const code = { run: async () => (runs++ === 0 ? failing : { ...failing, passed: true, error: '' }) };
      const inputs = {
        problem: `${prompt}\n# ${n}`,
        entry_point,
        tests: 'assert True',
        solution: knownPrograms(known).wrong[0] ?? '',
      };
      return isRight(String((await runOperator('test', inputs, model, code)).solution), n);
    });
    const first = await share(120, (n) => isRight(model.reply(chat(`${task(n).query.fields.prompt}\n# ${n}`), 0), n));
    expect(mended).toBeGreaterThan(first + 0.1);
  });

  it('sees which programs agree, whatever their names and comments', async () => {
    const { right, wrong } = knownPrograms(task(9));
    const problem = programBenchmark.queries[9]?.fields.prompt ?? '';
    const solutions = [right[0] ?? '', wrong[0] ?? '', `${right.at(-1)}  # done`];
    const { response } = await runOperator('sc_ensemble', { problem, solutions }, modelFor(-3));
    expect(isRight(String(response), 9)).toBe(true);
  });
});
