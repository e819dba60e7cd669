import type { Value } from '../../../services/domain/operators/operator.ts';
import { operators } from '../../../services/domain/operators/registry.ts';
import type { ChatMessage, CodeRunner } from '../../../services/domain/ports.ts';
import { randomStream } from '../../../services/domain/random.ts';
import type { SimulatedModel } from '../../../services/simulator/simulated-model.ts';
import { chat } from './arithmetic-benchmark.ts';

const never = new AbortController().signal;

/** Runs an operator against a simulated model. */
export async function runOperator(
  operator: string,
  inputs: Record<string, Value>,
  model: SimulatedModel,
  code?: CodeRunner,
): Promise<Readonly<Record<string, Value>>> {
  const usage = { promptTokens: 0, completionTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
  const complete = async (messages: readonly ChatMessage[]) => {
    const text = model.reply(chat(messages.map((message) => message.content).join('\n')), 0, `operator:${operator}`);
    return { text, reasoning: '', finishReason: 'stop', usage, model: 'qwen-plus', simulated: true } as const;
  };
  return await operators
    .named(operator)
    .run(inputs, { complete, code, random: randomStream(1, 'test'), query: {}, signal: never });
}

/** Share of so many cases for which something holds. */
export async function share(count: number, holds: (index: number) => boolean | Promise<boolean>): Promise<number> {
  const results = await Promise.all(Array.from({ length: count }, (_, index) => holds(index)));
  return results.filter(Boolean).length / count;
}
