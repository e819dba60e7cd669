import type { Benchmark } from '../../../services/domain/benchmark.ts';
import { knownQueries } from '../../../services/simulator/difficulty.ts';
import { buildQueryIndex } from '../../../services/simulator/query-index.ts';
import { createSimulatedModel } from '../../../services/simulator/simulated-model.ts';

const fruits = ['pears', 'plums', 'figs', 'limes', 'dates'];

/** 300 questions that share most of their words. */
export const arithmeticBenchmark: Benchmark = {
  name: 'arithmetic',
  split: 'validate',
  description: 'Sums about fruit.',
  queries: Array.from({ length: 300 }, (_, index) => ({
    id: `arithmetic-${index}`,
    fields: {
      question: `A basket holds ${index + 2} ${fruits[index % 5]}. Somebody adds ${index + 13} more. How many ${fruits[index % 5]} are in the basket?`,
    },
    reference: String(2 * index + 15),
  })),
  inputs: ['question'],
  operators: ['custom', 'answer_generate', 'sc_ensemble', 'review', 'revise'],
  scorer: 'gsm8k-aflow',
  otherScorers: ['gsm8k-strict'],
  answerFormat: 'One number, marked as \\boxed{number}.',
};

export const questionOf = (index: number): string => arithmeticBenchmark.queries[index]?.fields.question ?? '';
export const answerOf = (index: number): string => arithmeticBenchmark.queries[index]?.reference ?? '';

/** A model for which every query is as hard as `difficulty` says, in logits. */
export function modelFor(difficulty?: number, seed = 1) {
  const difficulties = new Map(
    difficulty === undefined ? [] : arithmeticBenchmark.queries.map(({ id }) => [id, difficulty] as const),
  );
  return createSimulatedModel(buildQueryIndex(knownQueries(arithmeticBenchmark, { difficulties })), seed);
}

export function chat(
  content: string,
  settings: { model?: string; temperature?: number; seed?: number; thinking?: boolean; structured?: boolean } = {},
) {
  const { model = 'qwen-plus', temperature = 0, seed, thinking, structured } = settings;
  return {
    model,
    messages: [{ role: 'user' as const, content }],
    temperature,
    ...(seed === undefined ? {} : { seed }),
    ...(thinking === undefined ? {} : { chat_template_kwargs: { enable_thinking: thinking } }),
    ...(structured === true ? { response_format: { type: 'json_schema' } } : {}),
  };
}
