import { z } from 'zod';

const textPart = z.object({ type: z.literal('text'), text: z.string() });

const messageSchema = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z
    .union([z.string(), z.array(textPart), z.null()])
    .optional()
    .transform((content) => (Array.isArray(content) ? content.map((part) => part.text).join('') : (content ?? ''))),
});

/** The part of OpenAI's request that the simulated model obeys; other fields are accepted and ignored, as vLLM does. */
export const chatRequestSchema = z.object({
  model: z.string().min(1),
  messages: z.array(messageSchema).min(1),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  seed: z.int().nullish(),
  n: z.int().min(1).max(64).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
  chat_template_kwargs: z.record(z.string(), z.unknown()).nullish(),
});

export type ChatRequest = z.infer<typeof chatRequestSchema>;

/** vLLM's default for Qwen's generation settings is to sample. */
export const defaultTemperature = 0.7;

/** The most tokens that one choice may have, Infinity without a limit. */
export function maxTokensOf(request: ChatRequest): number {
  return request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY;
}

/**
 * What decides the reply of a choice, as a key for a random stream. Without sampling, the seed, top_p and the choice's index
 * play no part: a greedy model gives one answer. With a seed, a choice is the reply to a request of its own with the seed that so
 * many places follow, as in vLLM (ParentRequest in v1/engine/parallel_sampling.py).
 */
export function replyKey(request: ChatRequest, choice: number): string {
  const temperature = request.temperature ?? defaultTemperature;
  const { seed = null } = request;
  const drawn = seed === null ? [null, choice] : [seed + choice, 0];
  const sampling = temperature === 0 ? [] : [temperature, request.top_p ?? 1, ...drawn];
  return JSON.stringify([
    request.model,
    request.messages.map(({ role, content }) => [role, content]),
    request.response_format ?? null,
    request.chat_template_kwargs ?? null,
    ...sampling,
  ]);
}
