import { describe, expect, it } from 'vitest';
import type { Value } from '../../../services/domain/operators/operator.ts';
import { findOperator } from '../../../services/domain/operators/registry.ts';
import type { ChatMessage } from '../../../services/domain/ports.ts';
import { randomStream } from '../../../services/domain/random.ts';
import { answerOf, chat, modelFor, questionOf } from './arithmetic-benchmark.ts';

const ableModel = modelFor(-1);

/** Runs an operator against the simulated model. */
async function run(operator: string, inputs: Record<string, Value>, model = ableModel): Promise<Readonly<Record<string, Value>>> {
  const usage = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
  const complete = async (messages: readonly ChatMessage[]) => {
    const text = model.reply(chat(messages.map((message) => message.content).join('\n')), 0);
    return { text, reasoning: '', finishReason: 'stop', usage, model: 'qwen-plus', simulated: true } as const;
  };
  return await findOperator(operator).run(inputs, {
    complete,
    code: undefined,
    random: randomStream(1, 'test'),
    query: {},
    signal: new AbortController().signal,
  });
}

async function share(count: number, holds: (index: number) => Promise<boolean>): Promise<number> {
  const results = await Promise.all(Array.from({ length: count }, (_, index) => holds(index)));
  return results.filter(Boolean).length / count;
}

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
