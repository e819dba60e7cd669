import type { Usage } from '../../domain/ports.ts';
import type { RouteShown } from '../route/route-shown.ts';
import type { ServeError } from './serve-error.ts';

/** An answer, with what OpenAI's clients read beside it. */
export interface ServedAnswer {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly model: string;
  readonly answer: string;
  /** Summed over the inner calls. */
  readonly usage: Usage;
  readonly calls: number;
  /** Of the workflow that answered. */
  readonly workflowHash: string;
  readonly simulated: boolean;
  /** Which of a router's workflows it was, and why. */
  readonly route?: RouteShown;
}

/** Characters of an answer in one event of a stream. */
const pieceLength = 400;

export function completionBody(answered: ServedAnswer): object {
  const { id, created, model, answer } = answered;
  return {
    ...{ id, object: 'chat.completion', created, model, system_fingerprint: fingerprint(answered) },
    choices: [
      { index: 0, message: { role: 'assistant', content: answer, refusal: null }, logprobs: null, finish_reason: 'stop' },
    ],
    usage: usageBody(answered.usage),
    scale: scaleBody(answered),
  };
}

/** The same as the events of a stream: the answer is whole before the first of them. */
export function* completionChunks(answered: ServedAnswer, includeUsage: boolean): Generator<object> {
  const { id, created, model, answer } = answered;
  const base = { id, object: 'chat.completion.chunk', created, model, system_fingerprint: fingerprint(answered) };
  const usage = includeUsage ? { usage: null } : {};
  const chunk = (delta: object, finishReason: string | null) => ({
    ...{ ...base, ...usage },
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
  });
  yield chunk({ role: 'assistant', content: '' }, null);
  for (const piece of piecesOf(answer)) yield chunk({ content: piece }, null);
  yield chunk({}, 'stop');
  if (includeUsage) yield { ...base, choices: [], usage: usageBody(answered.usage), scale: scaleBody(answered) };
}

export function errorBody({ message, type, param, code, usage }: ServeError): object {
  return { error: { message, type, param, code, ...(usage && { usage: usageBody(usage) }) } };
}

/** No piece ends within a character. */
export function piecesOf(text: string): string[] {
  const characters = [...text];
  const pieces: string[] = [];
  for (let start = 0; start < characters.length; start += pieceLength) {
    pieces.push(characters.slice(start, start + pieceLength).join(''));
  }
  return pieces;
}

/** Who has answered: nothing that the simulated model has a part in is a result. */
function fingerprint({ simulated, workflowHash }: ServedAnswer): string {
  return simulated ? 'scale-simulator' : `scale-${workflowHash.slice(0, 12)}`;
}

function usageBody({ promptTokens, completionTokens, cachedTokens, reasoningTokens }: Usage): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

export function scaleBody({ calls, workflowHash, simulated, route }: ServedAnswer): object {
  return { calls, workflow: workflowHash, simulated, ...(route && { route: routeBody(route) }) };
}

function routeBody({ step, name, left, tokens }: RouteShown): object {
  const steps = left.map(({ step: place, name: of, workflow, why, estimator, estimate, threshold }) => ({
    ...{ step: place, name: of, workflow, why, estimator, ...(estimate !== undefined && { estimate }), threshold },
  }));
  return { step, name, left: steps, tokens };
}
