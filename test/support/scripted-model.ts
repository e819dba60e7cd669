import { createHash } from 'node:crypto';
import type { FinishReason, ModelClient, ModelReply, ModelRequest } from '../../services/domain/ports.ts';

export function modelReply(text: string, finishReason: FinishReason = 'stop'): ModelReply {
  const usage = { promptTokens: 10, completionTokens: 5, cachedTokens: 0, reasoningTokens: 0 };
  return { text, reasoning: '', finishReason, usage, model: 'scripted', simulated: true };
}

/** A model that answers as told, and keeps what it was asked. */
export function scriptedModel(
  answer: (request: ModelRequest) => string | ModelReply | Promise<string | ModelReply>,
): ModelClient & { readonly requests: ModelRequest[] } {
  const requests: ModelRequest[] = [];
  return {
    requests,
    complete: async (request) => {
      requests.push(request);
      const reply = await answer(request);
      return typeof reply === 'string' ? modelReply(reply) : reply;
    },
  };
}

/** A number that hangs on the prompt alone. */
export function promptNumber(request: ModelRequest): number {
  return createHash('sha256').update(JSON.stringify(request.messages)).digest().readUInt32BE(0);
}

/** A reply in which every operator finds its fields, by the prompt alone. */
export function anyOperatorsReply(request: ModelRequest): string {
  const number = promptNumber(request);
  const passed = number % 2 === 0;
  return `<thought>t${number}</thought><answer>${number % 100}</answer><choice>A</choice><feedback>f${number}</feedback><passed>${passed}</passed><solution>s${number}</solution>`;
}
