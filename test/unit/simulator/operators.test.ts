import { describe, expect, it } from 'vitest';
import type { Value } from '../../../services/domain/operators/operator.ts';
import { answerOf, chat, modelFor, questionOf } from './arithmetic-benchmark.ts';
import { runOperator, share } from './ask.ts';

const ableModel = modelFor(-1);

const run = (operator: string, inputs: Record<string, Value>, model = ableModel) => runOperator(operator, inputs, model);

const solution = (answer: string) => `We add them up. The final answer is \\boxed{${answer}}.`;

describe('the simulated model behind the operators', () => {
  it('answers answer_generate in its tags, and better than a bare question', async () => {
    const right = await share(200, async (index) => {
      const { thought, answer } = await run('answer_generate', { input: questionOf(index) });
      expect(String(thought).length + String(answer).length).toBeGreaterThan(1);
      return answer === answerOf(index);
    });
    expect(right).toBeGreaterThan(0.7);
    expect(right).toBeLessThan(0.95);
  });

  it('picks the majority in sc_ensemble', async () => {
    const solutions = (index: number) => ['7', answerOf(index), answerOf(index), '8', answerOf(index)].map(solution);
    const right = await share(200, async (index) => {
      const { response } = await run('sc_ensemble', { solutions: solutions(index), problem: questionOf(index) });
      return response === solution(answerOf(index));
    });
    expect(right).toBeGreaterThan(0.93);
  });

  it('picks a wrong majority, too', async () => {
    const right = await share(100, async (index) => {
      const { response } = await run('sc_ensemble', {
        solutions: ['7', '7', answerOf(index)].map(solution),
        problem: questionOf(index),
      });
      return response === solution(answerOf(index));
    });
    expect(right).toBeLessThan(0.1);
  });

  it('sees through a part of the wrong solutions in review, and passes nearly all right ones', async () => {
    const passes = (answer: (index: number) => string) => (index: number) =>
      run('review', { problem: questionOf(index), solution: solution(answer(index)) }).then(({ passed }) => passed === true);
    const wrongPassed = await share(
      200,
      passes(() => '7'),
    );
    expect(wrongPassed).toBeGreaterThan(0.4);
    expect(wrongPassed).toBeLessThan(0.7);
    expect(await share(200, passes(answerOf))).toBeGreaterThan(0.93);
  });

  it('mends most wrong solutions of queries that it can solve in revise, marked as before', async () => {
    const mended = await share(200, async (index) => {
      const inputs = { problem: questionOf(index), solution: solution('7'), feedback: 'The answer 7 does not follow.' };
      const { solution: revised } = await run('revise', inputs);
      return String(revised).includes(`\\boxed{${answerOf(index)}}`);
    });
    expect(mended).toBeGreaterThan(0.6);
  });

  it('makes five samples and a vote better than one sample', async () => {
    const model = modelFor(-0.6);
    const prompt = (index: number) => `Solve it step by step. Box the answer: \\boxed{}.\n\n${questionOf(index)}`;
    const sample = (index: number, seed: number) => model.reply(chat(prompt(index), { temperature: 0.8, seed }), 0);
    const single = await share(300, async (index) => sample(index, 0).includes(`\\boxed{${answerOf(index)}}`));
    const voted = await share(300, async (index) => {
      const solutions = [0, 1, 2, 3, 4].map((seed) => sample(index, seed));
      const { response } = await run('sc_ensemble', { solutions, problem: questionOf(index) }, model);
      return String(response).includes(`\\boxed{${answerOf(index)}}`);
    });
    expect(voted).toBeGreaterThan(single + 0.04);
  });
});
