import { errorBody, piecesOf, type ServedAnswer, scaleBody } from './chat-response.ts';
import type { ServeError } from './serve-error.ts';

/** An answer in the form of OpenAI's Responses API. */
export function responseBody(answered: ServedAnswer): object {
  return {
    ...shell(answered),
    status: 'completed',
    output: [messageOf(answered)],
    usage: usageOf(answered),
    scale: scaleBody(answered),
  };
}

/** The same as the events of a stream: the answer is whole before the first of them. */
export function* responseEvents(answered: ServedAnswer): Generator<object> {
  let number = 0;
  const event = (type: string, fields: object) => ({ type, sequence_number: number++, ...fields });
  const begun = { ...shell(answered), status: 'in_progress', output: [], usage: null };
  const message = messageOf(answered);
  const [whole] = message.content;
  const place = { item_id: message.id, output_index: 0, content_index: 0 };
  yield event('response.created', { response: begun });
  yield event('response.in_progress', { response: begun });
  yield event('response.output_item.added', { output_index: 0, item: { ...message, status: 'in_progress', content: [] } });
  yield event('response.content_part.added', { ...place, part: { ...whole, text: '' } });
  for (const delta of piecesOf(answered.answer)) yield event('response.output_text.delta', { ...place, delta, logprobs: [] });
  yield event('response.output_text.done', { ...place, text: answered.answer, logprobs: [] });
  yield event('response.content_part.done', { ...place, part: whole });
  yield event('response.output_item.done', { output_index: 0, item: message });
  yield event('response.completed', { response: responseBody(answered) });
}

/**
 * In both forms that clients know: with its fields in the event, as OpenAI documents it, and with an `error`, as OpenAI sends it.
 * Without that, its own clients take it for one event among others.
 */
export function failureEvent(error: ServeError): object {
  const { code, message, param } = error;
  return { type: 'error', sequence_number: 0, code, message, param, ...errorBody(error) };
}

function shell({ id, created, model }: ServedAnswer) {
  return {
    ...{ id, object: 'response', created_at: created, model },
    ...{ error: null, incomplete_details: null, instructions: null, metadata: {}, parallel_tool_calls: false, tools: [] },
    ...{ tool_choice: 'none', temperature: null, top_p: null, previous_response_id: null, store: false },
    text: { format: { type: 'text' } },
  };
}

function messageOf({ id, answer }: ServedAnswer) {
  const content = [{ type: 'output_text', text: answer, annotations: [], logprobs: [] }] as const;
  return { id: id.replace('resp', 'msg'), type: 'message', status: 'completed', role: 'assistant', content } as const;
}

function usageOf({ usage: { promptTokens, completionTokens, cachedTokens, reasoningTokens } }: ServedAnswer): object {
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: cachedTokens },
    output_tokens: completionTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: promptTokens + completionTokens,
  };
}
