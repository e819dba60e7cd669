import { describe, expect, it } from 'vitest';
import { gsm8kAflow } from '../../../services/domain/scoring/gsm8k-aflow.ts';
import { answerOf, arithmeticBenchmark, chat, modelFor, questionOf } from './arithmetic-benchmark.ts';

const steps = 'Solve the problem step by step and show your work.';
const boxed = 'End with the final answer as \\boxed{number}.';

/** Share of the queries that a prompt gets right. */
function shareRight(instruction: string, settings: { difficulty?: number; model?: string } = {}): number {
  const { difficulty = -1, model = 'qwen-plus' } = settings;
  const simulated = modelFor(difficulty);
  const scores = arithmeticBenchmark.queries.map((query, index) => {
    const reply = simulated.reply(chat(`${instruction}\n\n${questionOf(index)}`, { model }), 0);
    return gsm8kAflow.score(reply, query).score;
  });
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

describe('the simulated model', () => {
  const prompt = `${steps}\n\n${questionOf(5)}`;

  it('gives the same reply to the same request', () => {
    expect(modelFor().reply(chat(prompt), 0)).toBe(modelFor().reply(chat(prompt), 0));
    const sampled = chat(prompt, { temperature: 0.8, seed: 4 });
    expect(modelFor().reply(sampled, 2)).toBe(modelFor().reply(sampled, 2));
  });

  it('does not mind the seed and the choice at temperature 0', () => {
    const replies = [1, 2, 3].map((seed) => modelFor().reply(chat(prompt, { seed }), seed));
    expect(new Set(replies).size).toBe(1);
  });

  it.each([
    ['seed', [1, 2, 3].map((seed) => ({ settings: { temperature: 0.8, seed }, choice: 0 }))],
    ['choice', [1, 2, 3].map((choice) => ({ settings: { temperature: 0.8, seed: 1 }, choice }))],
    ['model', ['qwen-plus', 'qwen3-8b', 'other'].map((model) => ({ settings: { model }, choice: 0 }))],
  ])('gives another reply to another %s', (_, cases) => {
    const replies = cases.map(({ settings, choice }) => modelFor().reply(chat(prompt, settings), choice));
    expect(new Set(replies).size).toBeGreaterThan(1);
  });

  it('is another one with another seed of its own', () => {
    const replies = [1, 2, 3, 4].map((seed) => modelFor(undefined, seed).reply(chat(prompt), 0));
    expect(new Set(replies).size).toBeGreaterThan(1);
  });

  it('solves easy queries nearly always and hard ones hardly ever', () => {
    expect(shareRight(`${steps} ${boxed}`, { difficulty: -5 })).toBeGreaterThan(0.95);
    expect(shareRight(`${steps} ${boxed}`, { difficulty: 5 })).toBeLessThan(0.05);
  });

  it('does better when it is asked for steps', () => {
    expect(shareRight(`${steps} ${boxed}`)).toBeGreaterThan(shareRight(boxed) + 0.03);
  });

  it('is understood better when the final answer is marked', () => {
    expect(shareRight(boxed, { difficulty: -8 })).toBeGreaterThan(0.985);
    expect(shareRight('', { difficulty: -8 })).toBeLessThan(0.965);
    expect(shareRight('', { difficulty: -8 })).toBeGreaterThan(0.88);
  });

  it('does worse when it may write nothing but the answer', () => {
    expect(shareRight('Give only the final number, no explanation.')).toBeLessThan(shareRight(''));
  });

  it('gets nothing right in words, or without the question', () => {
    expect(shareRight('Write the final answer in words, not in digits.')).toBeLessThan(0.05);
    const reply = modelFor().reply(chat('Solve the problem of this task.'), 0);
    expect(reply).not.toMatch(/\d/);
  });

  it('does better the abler the model', () => {
    expect(shareRight(steps, { model: 'Qwen/Qwen-Plus-latest' })).toBeGreaterThan(
      shareRight(steps, { model: 'qwen3-8b' }) + 0.03,
    );
  });

  it('writes wrong answers that are numbers, often the same one for a query', () => {
    const simulated = modelFor(5);
    const wrong = Array.from({ length: 40 }, (_, seed) => {
      const reply = simulated.reply(chat(`${boxed}\n\n${questionOf(20)}`, { temperature: 1, seed }), 0);
      return /\\boxed\{(.*?)\}/.exec(reply)?.[1] ?? '';
    }).filter((answer) => answer !== '' && answer !== answerOf(20));
    expect(wrong.length).toBeGreaterThan(30);
    expect(wrong.every((answer) => /^-?\d+(\.\d+)?$/.test(answer))).toBe(true);
    const most = Math.max(...wrong.map((answer) => wrong.filter((other) => other === answer).length));
    expect(most / wrong.length).toBeGreaterThan(0.4);
    expect(new Set(wrong).size).toBeGreaterThan(2);
  });

  it('writes working of plausible length, longer in steps', () => {
    const words = (instruction: string) =>
      modelFor()
        .reply(chat(`${instruction}\n\n${questionOf(30)}`), 0)
        .split(/\s+/).length;
    expect(words('')).toBeGreaterThan(20);
    expect(words(steps)).toBeGreaterThan(words('') * 1.3);
    expect(words(steps)).toBeLessThan(300);
    expect(words('Give only the final number, no explanation.')).toBeLessThan(5);
  });

  it('keeps a right answer that it is shown, and copies it when asked for nothing else', () => {
    const solution = `Solution: it is \\boxed{${answerOf(3)}}`;
    const simulated = modelFor(6);
    const checked = simulated.reply(chat(`Check the solution step by step. ${boxed}\n\n${questionOf(3)}\n\n${solution}`), 0);
    expect(checked).toContain(`\\boxed{${answerOf(3)}}`);
    const formatted = simulated.reply(
      chat(`Reply with the final answer alone, inside \\boxed{}.\n\n${questionOf(3)}\nAnswer: 999`),
      0,
    );
    expect(formatted).toBe('The final answer is \\boxed{999}.');
  });

  it('thinks first if the chat template is told to', () => {
    const reply = modelFor().reply(chat(prompt, { thinking: true }), 0);
    expect(reply).toMatch(/^<think>\n[\s\S]+<\/think>\n\n\S/);
    expect(modelFor().reply(chat(prompt, { thinking: false }), 0)).not.toContain('<think>');
  });

  it('answers well over 500 requests a second', () => {
    const simulated = modelFor();
    const before = process.cpuUsage();
    for (let round = 0; round < 1000; round += 1) simulated.reply(chat(`${steps}\n\n${questionOf(round % 300)}`), round);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(2000);
  });
});
