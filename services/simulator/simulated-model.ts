import { randomStream } from '../domain/random.ts';
import { roleFor } from './behaviour/roles.ts';
import { thinkBlock } from './behaviour/think-block.ts';
import { type ChatRequest, replyKey } from './chat-request.ts';
import { demandedForm } from './demanded-form.ts';
import { withoutFields } from './known-query.ts';
import type { QueryIndex } from './query-index.ts';
import type { Question } from './question.ts';
import { requestedForm } from './requested-form.ts';

export interface SimulatedModel {
  /**
   * The text of one choice. The same request, choice and purpose always give the same text.
   * @param purpose as the header x-scale-purpose says it, default: a query to solve
   * @throws WireError if it has no role for that purpose
   */
  reply(request: ChatRequest, choice: number, purpose?: string): string;
}

/** A model that answers as Qwen would: it knows the queries in the index, and how hard each is for it. */
export function createSimulatedModel(index: QueryIndex, seed: number): SimulatedModel {
  return {
    reply: (request, choice, purpose = '') => {
      const question = understand(request, choice, index, seed);
      const answer = roleFor(purpose)(question);
      return question.thinking ? `${thinkBlock(question)}${answer}` : answer;
    },
  };
}

function understand(request: ChatRequest, choice: number, index: QueryIndex, seed: number): Question {
  const prompt = request.messages.map((message) => message.content).join('\n\n');
  const known = index.find(prompt);
  const instructions = known === undefined ? prompt : withoutFields(prompt, known);
  return {
    model: request.model,
    prompt,
    known,
    form: requestedForm(instructions),
    demanded: demandedForm(instructions),
    thinking: request.chat_template_kwargs?.enable_thinking === true,
    structured: request.response_format?.type === 'json_schema',
    random: randomStream(seed, 'reply', replyKey(request, choice)),
  };
}
