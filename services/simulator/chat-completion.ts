import { type ChatRequest, maxTokensOf } from './chat-request.ts';
import { charactersPerToken, cutToTokens, estimatePromptTokens, estimateTokens } from './token-estimate.ts';

/** Is on every reply, so that whatever was made with it can be distinguished from a real model's work. */
export const simulatorFingerprint = 'scale-simulator';

export interface Choice {
  readonly text: string;
  readonly finishReason: 'stop' | 'length';
  readonly tokens: number;
}

/** A reply before it takes a form on the wire. */
export interface Completion {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly promptTokens: number;
  readonly choices: readonly Choice[];
}

/** A choice for each text, cut at the request's token limit. @param created in seconds since 1970 */
export function complete(request: ChatRequest, texts: readonly string[], id: string, created: number): Completion {
  const choices = texts.map((whole): Choice => {
    const { text, cut } = cutToTokens(whole, maxTokensOf(request));
    return { text, finishReason: cut ? 'length' : 'stop', tokens: estimateTokens(text) };
  });
  return { id, created, model: request.model, promptTokens: estimatePromptTokens(request.messages), choices };
}

export function generatedTokens(completion: Completion): number {
  return completion.choices.reduce((sum, choice) => sum + choice.tokens, 0);
}

/** The body of a reply that is not streamed. */
export function completionBody(completion: Completion): Record<string, unknown> {
  return {
    ...head(completion, 'chat.completion'),
    choices: completion.choices.map((choice, index) => ({
      index,
      message: { role: 'assistant', content: choice.text, refusal: null, tool_calls: [] },
      logprobs: null,
      finish_reason: choice.finishReason,
      stop_reason: null,
    })),
    usage: usage(completion),
  };
}

/** How far a reply has got. */
export interface ReplyPart {
  readonly choice: number;
  /** Tokens of this choice so far. */
  readonly tokens: number;
  /** Tokens of all choices so far, which are sent one after another. */
  readonly allTokens: number;
}

export interface StreamedChunk {
  readonly body: Record<string, unknown>;
  /** What is out with this chunk. */
  readonly upTo: ReplyPart;
}

const tokensPerChunk = 16;

/** The chunks of a streamed reply: role, text, finish reasons and, if asked for, usage. */
export function* completionChunks(completion: Completion, includeUsage: boolean): Generator<StreamedChunk> {
  let upTo: ReplyPart = { choice: 0, tokens: 0, allTokens: 0 };
  const chunk = (choices: readonly unknown[], rest: Record<string, unknown> = {}): StreamedChunk => ({
    body: { ...head(completion, 'chat.completion.chunk'), choices, ...rest },
    upTo,
  });
  for (const [index, choice] of completion.choices.entries()) {
    upTo = { ...upTo, choice: index, tokens: 0 };
    yield chunk([{ index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }]);
    const size = tokensPerChunk * charactersPerToken;
    for (let start = 0; start < choice.text.length; start += size) {
      const content = choice.text.slice(start, start + size);
      const more = estimateTokens(content);
      upTo = { choice: index, tokens: upTo.tokens + more, allTokens: upTo.allTokens + more };
      yield chunk([{ index, delta: { content }, logprobs: null, finish_reason: null }]);
    }
    yield chunk([{ index, delta: {}, logprobs: null, finish_reason: choice.finishReason, stop_reason: null }]);
  }
  if (includeUsage) yield chunk([], { usage: usage(completion) });
}

function head(completion: Completion, object: string): Record<string, unknown> {
  return {
    id: completion.id,
    object,
    created: completion.created,
    model: completion.model,
    system_fingerprint: simulatorFingerprint,
  };
}

function usage(completion: Completion): Record<string, unknown> {
  const generated = generatedTokens(completion);
  return {
    prompt_tokens: completion.promptTokens,
    completion_tokens: generated,
    total_tokens: completion.promptTokens + generated,
    // As vLLM answers unless told to report it. What is cached depends on what came before, so it must not be reported.
    prompt_tokens_details: null,
  };
}
