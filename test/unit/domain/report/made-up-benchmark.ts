import type { Benchmark } from '../../../../services/domain/benchmark.ts';

export function madeUpBenchmark(queryCount: number): Benchmark {
  return {
    name: 'made-up',
    split: 'validate',
    description: 'Sums.',
    queries: Array.from({ length: queryCount }, (_, index) => ({
      id: `q${index}`,
      fields: { question: `What is ${index} and ${index}?` },
      reference: String(2 * index),
    })),
    inputs: ['question'],
    operators: ['custom'],
    scorer: 'gsm8k-strict',
    otherScorers: [],
    answerFormat: 'a number',
  };
}
