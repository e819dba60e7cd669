import { z } from 'zod';
import type { FinishReason, Usage } from '../../domain/ports.ts';
import { splitThoughts } from '../../domain/replies/split-thoughts.ts';
import { MalformedReplyError, ServerRefusal } from './endpoint-errors.ts';

/** What one reply says, streamed or not. */
export interface ChatReply {
  readonly text: string;
  readonly reasoning: string;
  readonly finishReason: FinishReason;
  /** Undefined if the server does not say. */
  readonly usage: Usage | undefined;
  readonly simulated: boolean;
  /** The name of the model that the server says has answered, "" if it says none. */
  readonly servedModel: string;
}

const count = z.number().nonnegative().nullish();

const usageSchema = z.object({
  prompt_tokens: z.number().nonnegative(),
  completion_tokens: z.number().nonnegative(),
  prompt_tokens_details: z.object({ cached_tokens: count }).nullish(),
  completion_tokens_details: z.object({ reasoning_tokens: count }).nullish(),
});

/** llama.cpp's own figures, sent by old versions too, which send no usage in a stream. */
const timingsSchema = z.object({ prompt_n: z.number(), predicted_n: z.number(), cache_n: count });

/** A message, or a part of one. vLLM sends reasoning_content (older) or reasoning (newer), OpenAI a refusal. */
const messageSchema = z.object({
  content: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  refusal: z.string().nullish(),
});

const bodySchema = z.object({
  choices: z.array(
    z.object({
      index: z.number().nullish(),
      message: messageSchema.nullish(),
      delta: messageSchema.nullish(),
      finish_reason: z.string().nullish(),
    }),
  ),
  usage: usageSchema.nullish(),
  timings: timingsSchema.nullish().catch(undefined),
  system_fingerprint: z.string().nullish(),
  model: z.string().nullish().catch(undefined),
});

type Body = z.infer<typeof bodySchema>;

/**
 * The reply in the body of a call that was not streamed.
 * @throws MalformedReplyError, ServerRefusal
 */
export function readReply(body: unknown): ChatReply {
  const collector = createReplyCollector();
  collector.add(body);
  return collector.reply();
}

export interface ReplyCollector {
  /**
   * Takes a chunk of a stream, or a whole body.
   * @returns true if it brought text
   * @throws MalformedReplyError, ServerRefusal
   */
  add(body: unknown): boolean;
  /** @throws MalformedReplyError if the reply is not complete */
  reply(): ChatReply;
}

/** Puts a reply together. Nothing of it can be had before it is complete. */
export function createReplyCollector(): ReplyCollector {
  let text = '';
  let reasoning = '';
  let refusal = '';
  let choiceSeen = false;
  let finish: string | undefined;
  let usage: Usage | undefined;
  let simulated = false;
  let servedModel = '';
  return {
    add: (body) => {
      const { choices, ...rest } = parseBody(body);
      usage = usageOf(rest) ?? usage;
      simulated ||= rest.system_fingerprint?.startsWith('scale-simulator') ?? false;
      servedModel ||= rest.model ?? '';
      const choice = choices.find(({ index }) => (index ?? 0) === 0);
      if (choice === undefined) return false;
      choiceSeen = true;
      finish = choice.finish_reason ?? finish;
      const part = choice.message ?? choice.delta ?? {};
      const thought = part.reasoning_content ?? part.reasoning ?? '';
      text += part.content ?? '';
      reasoning += thought;
      refusal += part.refusal ?? '';
      return Boolean(part.content || thought || part.refusal);
    },
    reply: () => {
      if (!choiceSeen) throw new MalformedReplyError('the reply has no choices');
      if (finish === undefined) throw new MalformedReplyError('the reply ends before it is complete (no finish_reason)');
      const parted = splitThoughts(text);
      return {
        text: parted.text || refusal,
        reasoning: reasoning.trim() || parted.reasoning,
        finishReason: refusal === '' ? finishReasonOf(finish) : 'content-filter',
        usage,
        simulated,
        servedModel,
      };
    },
  };
}

function parseBody(body: unknown): Body {
  if (isErrorBody(body)) throw new ServerRefusal(body);
  const parsed = bodySchema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new MalformedReplyError(`the reply is not a chat completion: ${issue?.path.join('.') || 'body'}: ${issue?.message}`);
}

/** Some servers answer 200 and say in the body that it went wrong. */
function isErrorBody(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || 'choices' in body) return false;
  return ('error' in body && Boolean(body.error)) || ('object' in body && body.object === 'error') || 'detail' in body;
}

function usageOf({ usage, timings }: Pick<Body, 'usage' | 'timings'>): Usage | undefined {
  if (usage) {
    return {
      promptTokens: usage.prompt_tokens,
      completionTokens: usage.completion_tokens,
      cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? timings?.cache_n ?? 0,
      reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
    };
  }
  if (!timings) return undefined;
  const cachedTokens = timings.cache_n ?? 0;
  return {
    promptTokens: timings.prompt_n + cachedTokens,
    completionTokens: timings.predicted_n,
    cachedTokens,
    reasoningTokens: 0,
  };
}

function finishReasonOf(reason: string): FinishReason {
  switch (reason) {
    case 'stop':
    case 'eos':
      return 'stop';
    case 'length':
      return 'length';
    case 'content_filter':
      return 'content-filter';
    // vLLM ends a reply so when it shuts down or its engine fails: what came before is a fragment.
    case 'abort':
    case 'error':
      throw new MalformedReplyError(`the server gave the reply up half-way (finish_reason ${reason})`);
    default:
      return 'other';
  }
}
