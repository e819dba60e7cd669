import { describe, expect, it } from 'vitest';
import type { Benchmark } from '../../../services/domain/benchmark.ts';
import { boxedTexts } from '../../../services/domain/replies/boxes.ts';
import { mathAflow } from '../../../services/domain/scoring/math-aflow.ts';
import { kindOf } from '../../../services/simulator/answers/kind-of.ts';
import { knownQueries } from '../../../services/simulator/difficulty.ts';
import { buildQueryIndex } from '../../../services/simulator/query-index.ts';
import { createSimulatedModel } from '../../../services/simulator/simulated-model.ts';
import { arithmeticBenchmark, chat } from './arithmetic-benchmark.ts';
import { runOperator, share } from './ask.ts';

const answers = (n: number): string =>
  [`\\frac{${n}}{${2 * n + 1}}`, `${n}\\sqrt{3}`, `(${n}, ${n + 1}]`, String(7 * n), '\\text{Tuesday}'][n % 5] ?? '';

const count = 300;
const expressions: Benchmark = {
  ...arithmeticBenchmark,
  name: 'expressions',
  queries: Array.from({ length: count }, (_, n) => ({
    id: `expression-${n}`,
    fields: { problem: `Let $x_{${n}}$ be the root of number ${n} that is nearest to $${n}$. What is it in simplest form?` },
    reference: `We begin with $x^2 = ${n}$. Completing the square helps. So it is $\\boxed{${answers(n)}}$. That is all.`,
  })),
  inputs: ['problem'],
  scorer: 'math-aflow',
  otherScorers: [],
};

const known = (difficulty: number) =>
  knownQueries(expressions, { difficulties: new Map(expressions.queries.map(({ id }) => [id, difficulty])) });
const modelFor = (difficulty: number) => createSimulatedModel(buildQueryIndex(known(difficulty)), 1);
const problem = (index: number) => expressions.queries[index]?.fields.problem ?? '';
const rightShare = (instruction: string, difficulty: number, model = modelFor(difficulty)) =>
  share(count, (index) => {
    const query = expressions.queries[index];
    if (query === undefined) throw new RangeError('no such query');
    return mathAflow.score(model.reply(chat(`${instruction}\n\n${problem(index)}`), 0), query).score === 1;
  });
const boxed = 'End with the final answer in \\boxed{}.';

describe('the simulated model on expressions in LaTeX', () => {
  it('puts the answer of the official solution into a box, nearly always when asked', async () => {
    expect(await rightShare(boxed, -9)).toBeGreaterThan(0.93);
    const unasked = await rightShare('', -9);
    expect(unasked).toBeGreaterThan(0.75);
    expect(unasked).toBeLessThan(0.95);
  });

  it('does better in steps, and worse without working', async () => {
    const plain = await rightShare(boxed, 0);
    expect(await rightShare(`Solve it step by step. ${boxed}`, 0)).toBeGreaterThan(plain + 0.08);
    expect(await rightShare(`Give only the final number, no explanation. ${boxed}`, 0)).toBeLessThan(plain - 0.08);
  });

  it('makes near misses that are LaTeX, and wrong', () => {
    const model = modelFor(9);
    for (const [index, query] of expressions.queries.entries()) {
      const reply = model.reply(chat(`${boxed}\n\n${problem(index)}`), 0);
      expect(mathAflow.score(reply, query).score, reply).toBe(0);
      expect(reply.replaceAll('\\{', '').split('{').length).toBe(reply.split('}').length);
    }
  });

  it('does not give the answer away in its working', () => {
    const working = known(0).map((query) => kindOf(query).working(query, true, { next: () => 0.5 }));
    expect(working.filter((text) => boxedTexts(text).length > 0)).toEqual([]);
    expect(working[3]).toContain('Completing the square helps.');
  });

  it('knows an answer in other clothes, and repeats it in a box', async () => {
    const model = modelFor(9);
    const repeated = await share(count, (index) => {
      const shown = answers(index).replace(/\\frac\{(\d+)\}\{(\d+)\}/, '$1/$2');
      const reply = model.reply(chat(`Check it. ${boxed}\n\n${problem(index)}\n\nThe program's answer: ${shown}\n`), 0);
      return mathAflow.score(reply, expressions.queries[index] ?? { id: '', fields: {}, reference: '' }).score === 1;
    });
    expect(repeated).toBeGreaterThan(0.85);
  });

  it('writes programs for programmer that return a fraction as Python has it', async () => {
    const programs: string[] = [];
    const code = {
      run: async ({ code: program }: { code: string }) => {
        programs.push(program);
        return {
          passed: true,
          kind: 'passed',
          output: '',
          error: '',
          result: '1/3',
          cpuMs: 1,
          outputTruncated: false,
          isolation: 'none',
        } as const;
      },
    };
    await runOperator('programmer', { problem: problem(5) }, modelFor(-9), code);
    expect(programs[0]).toContain('def solve():');
    expect(programs[0]).toContain('Fraction(5, 11)');
  });
});
