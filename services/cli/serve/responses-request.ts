import { z } from 'zod';
import { type ChatRequest, chatRequestOf, decoded, givenFields } from './chat-request.ts';
import { badRequest } from './serve-error.ts';

const part = z.looseObject({ type: z.string(), text: z.string().optional() });
const item = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: z.union([z.string(), z.array(part)]).nullish(),
});

/** What is read of a request of OpenAI's Responses API; what a workflow decides itself is not. */
const schema = z.looseObject({
  model: z.string(),
  input: z.union([z.string(), z.array(item).min(1)], { error: 'must be a text, or a list of messages' }),
  stream: z.boolean().nullish(),
  seed: z.int().nullish(),
  top_logprobs: z.unknown().optional(),
  include: z.array(z.string()).nullish(),
  tools: z.array(z.unknown()).nullish(),
  text: z.looseObject({ format: z.looseObject({ type: z.string() }).nullish() }).nullish(),
  previous_response_id: z.string().nullish(),
  conversation: z.unknown().nullish(),
  background: z.boolean().nullish(),
  query: givenFields.nullish(),
});

/** @param inputs the fields that the workflow reads @throws ServeError */
export function readResponsesRequest(body: string, inputs: readonly string[]): ChatRequest {
  const { model, input, stream, seed, tools, text, query, top_logprobs, include, ...request } = decoded(body, schema);
  const kept = (['previous_response_id', 'conversation'] as const).find(
    (name) => request[name] !== undefined && request[name] !== null,
  );
  if (kept !== undefined)
    throw badRequest(`${kept} names what a server has kept, and nothing is kept here`, kept, 'unsupported_parameter');
  if (request.background === true)
    throw badRequest('an answer is given while its client waits', 'background', 'unsupported_parameter');
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  const messages = items
    .filter(({ type = 'message' }) => type === 'message')
    .map(({ role = 'user', content }) => ({
      role,
      content: Array.isArray(content)
        ? content.map((each) => ({ ...each, type: each.type.replace(/^(?:input|output)_text$/, 'text') }))
        : content,
    }));
  if (messages.length === 0) throw badRequest('there is no message of the user to answer', 'input');
  const logprobs = include?.includes('message.output_text.logprobs');
  const format = text?.format;
  return chatRequestOf({ model, messages, stream, seed, tools, query, logprobs, top_logprobs, response_format: format }, inputs);
}
