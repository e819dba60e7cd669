import { FailureError } from '../domain/failure.ts';
import type { ModelClient } from '../domain/ports.ts';
import { EmptyReplyError } from '../shared/models/errors/endpoint-errors.ts';
import { callSeed } from '../shared/models/model-client.ts';
import { createReplyCollector } from '../shared/models/replies/chat-reply.ts';
import { guessedUsage, readUsage } from '../shared/models/replies/chat-usage.ts';

/** What is asked of the `openai` package's client, or of any object that is like it: `new OpenAI()` is one. */
export interface ChatCompletions {
  readonly chat: {
    readonly completions: {
      create(body: ChatBody, options: { readonly signal: AbortSignal }): PromiseLike<unknown>;
    };
  };
}

// Mutable, as the package's own types are.
interface ChatBody {
  model: string;
  messages: { role: 'system' | 'user' | 'assistant'; content: string }[];
  stream: false;
  temperature?: number;
  top_p?: number;
  max_tokens?: number;
  seed?: number;
  chat_template_kwargs?: Readonly<Record<string, unknown>>;
}

/** How a model is asked; what is absent or null is left to the server. The settings of a run's models have this form. */
export interface ChatSettings {
  readonly model: string;
  readonly temperature?: number | null;
  readonly topP?: number | null;
  /** Of a reply. */
  readonly maxTokens?: number;
  /** For the model's chat template, e.g. `{ enable_thinking: false }` for Qwen3 on vLLM. */
  readonly chatTemplateKwargs?: Readonly<Record<string, unknown>>;
  /** The key of the seeds that are sent, a different one for each call of a workflow. Absent: no seed is sent. */
  readonly seed?: readonly (string | number)[];
}

/**
 * A model behind a client of the `openai` package, which retries and keeps deadlines as it is set to. Think blocks are
 * taken out of the replies, and usage is read wherever servers put it.
 */
export function chatClient(client: ChatCompletions, settings: ChatSettings): ModelClient {
  const { model, temperature, topP, maxTokens, chatTemplateKwargs = {}, seed } = settings;
  return {
    complete: async ({ callId, messages }, signal) => {
      const request: ChatBody = {
        model,
        messages: messages.map(({ role, content }) => ({ role, content })),
        stream: false,
        ...(typeof temperature === 'number' && { temperature }),
        ...(typeof topP === 'number' && { top_p: topP }),
        ...(maxTokens !== undefined && { max_tokens: maxTokens }),
        ...(Object.keys(chatTemplateKwargs).length > 0 && { chat_template_kwargs: chatTemplateKwargs }),
        ...(seed !== undefined && { seed: callSeed(seed, callId) }),
      };
      const collector = createReplyCollector();
      collector.add(await client.chat.completions.create(request, { signal }));
      collector.end();
      const guess = guessedUsage(messages, collector.length);
      const { usage } = readUsage(collector.usage, { guess, hasText: collector.length > 0 });
      return { ...replyOf(collector), usage, model };
    },
  };
}

function replyOf(collector: ReturnType<typeof createReplyCollector>) {
  try {
    const { text, reasoning, finishReason, simulated } = collector.reply();
    return { text, reasoning, finishReason, simulated };
  } catch (cause) {
    if (!(cause instanceof EmptyReplyError)) throw cause;
    throw new FailureError({ kind: 'empty-reply', message: cause.message }, { cause });
  }
}
