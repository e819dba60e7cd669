import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeRunner } from '../../../services/domain/ports.ts';
import { humanevalAflow } from '../../../services/domain/scoring/humaneval-aflow.ts';
import { humanevalStrict } from '../../../services/domain/scoring/humaneval-strict.ts';
import { createSandbox, type Sandbox } from '../../../services/shared/sandbox/sandbox.ts';
import { knownPrograms } from '../../../services/simulator/answers/known-programs.ts';
import { buildQueryIndex } from '../../../services/simulator/query-index.ts';
import { createSimulatedModel } from '../../../services/simulator/simulated-model.ts';
import { knownTasks } from '../../support/benchmarks/made-up-programs.ts';
import { isPythonHere } from '../../support/python-here.ts';
import { arithmeticBenchmark, modelFor, questionOf } from '../../unit/simulator/arithmetic-benchmark.ts';
import { runOperator, share } from '../../unit/simulator/ask.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  if (isPythonHere) sandbox = await createSandbox({ environment: process.env });
});
afterAll(() => sandbox?.close());

const signal = new AbortController().signal;

describe.skipIf(!isPythonHere)('what the simulated model writes, run as Python', () => {
  it.each([humanevalAflow, humanevalStrict])(
    'passes the tests where it is meant to, by $name, and mostly fails where not',
    async (scorer) => {
      let [wrong, passed] = [0, 0];
      for (const known of knownTasks(0)) {
        const programs = knownPrograms(known);
        const scores = (answers: readonly string[]) =>
          Promise.all(answers.map(async (answer) => (await scorer.score(answer, known.query, { code: sandbox, signal })).score));
        expect(await scores(programs.right), known.query.id).toEqual(programs.right.map(() => 1));
        expect(await scores(programs.misspelt), known.query.id).toEqual(programs.misspelt.map(() => 0));
        const slips = await scores(programs.wrong);
        wrong += slips.length;
        passed += slips.filter((score) => score === 1).length;
      }
      expect(wrong).toBeGreaterThan(30);
      expect(passed / wrong).toBeLessThan(0.15);
    },
  );

  it('computes the answer of a word problem in programmer, also where a program had to be repaired', async () => {
    let runs = 0;
    const counting: CodeRunner = {
      run: (program, until) => {
        runs += 1;
        return sandbox.run(program, until);
      },
    };
    const count = 60;
    const right = await share(count, async (index) => {
      const { output } = await runOperator('programmer', { problem: questionOf(index) }, modelFor(-9), counting);
      return output === arithmeticBenchmark.queries[index]?.reference;
    });
    expect(right).toBe(1);
    expect(runs).toBeGreaterThan(count);
    expect(runs).toBeLessThan(count * 1.3);
  });

  it('is mended in test by the error of the public tests', async () => {
    const model = createSimulatedModel(buildQueryIndex(knownTasks(-2)), 1);
    const outcomes = await Promise.all(
      knownTasks(-2).map(async (known) => {
        const { prompt = '', entry_point = '' } = known.query.fields;
        const solution = knownPrograms(known).misspelt[0] ?? '';
        // All tests are public here: what passes them is right.
        const tests = known.query.reference.replace(/^def .*\n/, '').replace(/^ {4}/gm, '');
        return runOperator('test', { problem: prompt, entry_point, tests, solution }, model, sandbox);
      }),
    );
    expect(outcomes.filter(({ passed }) => passed === true).length).toBeGreaterThan(9);
  });
});
