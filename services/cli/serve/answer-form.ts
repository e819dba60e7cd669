import { type ChatRequest, readChatRequest } from './chat-request.ts';
import { completionBody, completionChunks, errorBody, type ServedAnswer } from './chat-response.ts';
import { readResponsesRequest } from './responses-request.ts';
import { failureEvent, responseBody, responseEvents } from './responses-response.ts';
import type { ServeError } from './serve-error.ts';

/** How a client asks, and how it is answered. */
export interface AnswerForm {
  /** What ids of its answers begin with. */
  readonly prefix: string;
  /** @throws ServeError */
  read(body: string, inputs: readonly string[]): ChatRequest;
  body(answered: ServedAnswer): object;
  chunks(answered: ServedAnswer, includeUsage: boolean): Iterable<object>;
  /** The last event of a stream that has begun and gets no answer. */
  failure(error: ServeError): object;
}

/** OpenAI's chat completions, which all clients speak. */
export const chatForm: AnswerForm = {
  prefix: 'chatcmpl-',
  read: readChatRequest,
  body: completionBody,
  chunks: completionChunks,
  failure: errorBody,
};

/** OpenAI's Responses API: inspect_ai 0.3.285 calls it for every model of its provider `openai`. */
export const responsesForm: AnswerForm = {
  prefix: 'resp_',
  read: readResponsesRequest,
  body: responseBody,
  chunks: responseEvents,
  failure: failureEvent,
};
