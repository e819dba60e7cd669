import { describe, expect, it } from 'vitest';
import { type AnswerToScore, rescoreAnswers } from '../../../../services/cli/rescore/rescore-answers.ts';
import type { Scorer } from '../../../../services/domain/scoring/scorer.ts';

const answerOf = (line: number, query: string, prediction: string, score: number): AnswerToScore => ({
  q: 0,
  line,
  prediction,
  score,
  query: { id: query, fields: {}, reference: 'yes' },
});

/** Scores its letter count, and remembers what it was asked. */
function countingScorer() {
  const asked: string[] = [];
  const scorer: Scorer = {
    name: 'counting',
    description: '',
    score: async (answer, { id }) => {
      asked.push(`${id}:${answer}`);
      return { score: answer.length / 10, extracted: answer };
    },
  };
  return { scorer, asked };
}

const toolsOf = (signal = new AbortController().signal) => ({ code: undefined, signal });

describe('rescoring', () => {
  it('scores the same text for the same query once, and lists what differs in the order of the file', async () => {
    const { scorer, asked } = countingScorer();
    const answers = [
      answerOf(1, 'a', 'yes', 0.3),
      answerOf(2, 'a', 'yes', 0.9),
      answerOf(3, 'b', 'yes', 0.3 + 1e-9),
      answerOf(4, 'b', 'maybe', 0),
    ];
    const seen: number[] = [];
    const work = { scorer, tools: toolsOf(), concurrency: 2, onProgress: (done: number) => seen.push(done) };
    const rescored = await rescoreAnswers(answers, work);
    expect(asked.sort()).toEqual(['a:yes', 'b:maybe', 'b:yes']);
    expect(rescored).toMatchObject({ answers: 4, scored: 3, agreeing: 2, meanScore: 0.35 });
    expect(rescored.disagreements).toEqual([
      { line: 2, query: 'a', recorded: 0.9, score: 0.3, extracted: 'yes', answer: 'yes' },
      { line: 4, query: 'b', recorded: 0, score: 0.5, extracted: 'maybe', answer: 'maybe' },
    ]);
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('ends with the reason when it is interrupted', async () => {
    const { scorer } = countingScorer();
    const interrupts = new AbortController();
    const answers = Array.from({ length: 1_000 }, (_, index) => answerOf(index + 1, `q${index}`, 'no', 0));
    const onProgress = (done: number) => {
      if (done === 150) interrupts.abort(new Error('enough'));
    };
    await expect(
      rescoreAnswers(answers, { scorer, tools: toolsOf(interrupts.signal), concurrency: 1, onProgress }),
    ).rejects.toThrow('enough');
  });

  it('ends with the trouble of a scorer', async () => {
    const scorer: Scorer = { name: 'broken', description: '', score: () => Promise.reject(new Error('no Python')) };
    const work = { scorer, tools: toolsOf(), concurrency: 2, onProgress: () => undefined };
    await expect(rescoreAnswers([answerOf(1, 'a', 'yes', 1)], work)).rejects.toThrow('no Python');
  });
});
