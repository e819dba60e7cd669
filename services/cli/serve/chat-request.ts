import { z } from 'zod';
import { badRequest, ServeError } from './serve-error.ts';

const content = z
  .union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))], {
    error: 'must be a text, or a list of parts with a type',
  })
  .nullish();

/** Of a query, by field. */
export const givenFields = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()], { error: 'must be a text, a number, true or false' }),
);

const stopText = z.string().min(1, 'must not be empty');

/** What is read of a request for a chat completion; what a workflow decides itself, such as the temperature, is not. */
const schema = z.looseObject({
  model: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content })).min(1, 'must hold a message of the user'),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  seed: z.int().nullish(),
  n: z.int().nullish(),
  stop: z.union([stopText, z.array(stopText)], { error: 'must be a text, or a list of texts, none of them empty' }).nullish(),
  logprobs: z.unknown().optional(),
  top_logprobs: z.unknown().optional(),
  prompt_logprobs: z.unknown().optional(),
  modalities: z.array(z.string()).nullish(),
  tools: z.array(z.unknown()).nullish(),
  functions: z.array(z.unknown()).nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
  query: givenFields.nullish(),
});

type Parsed = z.infer<typeof schema>;

export interface ChatRequest {
  readonly model: string;
  /** Of the query, by field. */
  readonly fields: Readonly<Record<string, string>>;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly seed: number | undefined;
  /** The answer ends before the first of these texts that it holds. */
  readonly stop: readonly string[];
}

/** @param inputs the fields that the workflow reads @throws ServeError */
export function readChatRequest(body: string, inputs: readonly string[]): ChatRequest {
  return chatRequestOf(decoded(body, schema), inputs);
}

/** @throws ServeError that names the field */
export function decoded<T>(body: string, form: z.ZodType<T>): T {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch (cause) {
    throw badRequest(`the body is no JSON: ${(cause as Error).message}`);
  }
  const parsed = form.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const param = issue?.path.join('.') ?? '';
    throw badRequest(`${param === '' ? 'the body' : param}: ${issue?.message ?? 'is not as it must be'}`, param || null);
  }
  return parsed.data;
}

/** @throws ServeError */
export function chatRequestOf(request: Parsed, inputs: readonly string[]): ChatRequest {
  refuseWhatNoWorkflowDoes(request);
  return {
    model: request.model,
    fields: fieldsOf(request, inputs),
    stream: request.stream === true,
    includeUsage: request.stream_options?.include_usage === true,
    seed: request.seed ?? undefined,
    stop: [request.stop ?? []].flat(),
  };
}

const probabilities = ['logprobs', 'top_logprobs', 'prompt_logprobs'] as const;

function refuseWhatNoWorkflowDoes({ n, tools, functions, response_format: format, modalities, ...asked }: Parsed): void {
  if ((n ?? 1) !== 1) throw badRequest('n must be 1: a workflow gives one answer', 'n', 'unsupported_value');
  const ofTokens = probabilities.find((name) => asked[name]);
  if (ofTokens !== undefined) {
    const message = `${ofTokens} cannot be given: the answer of a workflow is no text of one model`;
    throw badRequest(message, ofTokens, 'unsupported_parameter');
  }
  if (modalities?.some((kind) => kind !== 'text'))
    throw badRequest('modalities must be text: a workflow answers in nothing else', 'modalities', 'unsupported_value');
  if ((tools ?? []).length > 0) throw badRequest('a workflow calls no tools of its caller', 'tools', 'unsupported_parameter');
  if ((functions ?? []).length > 0)
    throw badRequest('a workflow calls no functions of its caller', 'functions', 'unsupported_parameter');
  if (format && format.type !== 'text') {
    throw badRequest(
      'response_format must be text: what an answer looks like is the workflow’s own',
      'response_format',
      'unsupported_value',
    );
  }
}

/**
 * The last message of the user is the only field of a query; several are given as an object `query`, or as JSON in the
 * message.
 */
function fieldsOf({ messages, query }: Parsed, inputs: readonly string[]): Record<string, string> {
  const place = messages.findLastIndex(({ role }) => role === 'user');
  const param = `messages.${place}.content`;
  const text = place < 0 ? undefined : textOf(messages[place]?.content, param);
  const given = query ?? (inputs.length === 1 ? { [inputs[0] ?? '']: text } : objectIn(text));
  if (given === undefined) {
    throw badRequest(
      `this workflow reads the fields ${inputs.join(', ')}: give them as an object "query" beside the messages (extra_body in OpenAI's Python client), or as a JSON object in the last message`,
      'query',
    );
  }
  const fields = Object.entries(given).filter(([, value]) => value !== undefined);
  const unknown = fields.find(([name]) => !inputs.includes(name))?.[0];
  if (unknown !== undefined) {
    throw badRequest(`query.${unknown} is none of the fields that this workflow reads: ${inputs.join(', ')}`, `query.${unknown}`);
  }
  // In UTF-8 a replacement character would stand for it, and another question would be answered.
  const broken = fields.find(([, value]) => !String(value).isWellFormed())?.[0];
  if (broken !== undefined)
    throw badRequest(`${broken} holds half a character (a lone surrogate), which is no text`, query ? `query.${broken}` : param);
  const missing = inputs.find((name) => !fields.some(([given]) => given === name));
  if (missing === undefined) {
    // One of several may well be empty.
    if (fields.length > 0 && fields.every(([, value]) => String(value).trim() === '')) {
      throw query
        ? badRequest('query is empty: there is nothing to answer', 'query')
        : badRequest('the last message of the user is empty', param);
    }
    return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
  }
  if (query) throw badRequest(`query.${missing} is missing: this workflow reads ${inputs.join(', ')}`, `query.${missing}`);
  throw badRequest('there is no message of the user to answer', 'messages');
}

function textOf(content: Parsed['messages'][number]['content'], param: string): string {
  if (typeof content === 'string') return content;
  const parts = content ?? [];
  const other = parts.find(({ type, text }) => type !== 'text' || text === undefined);
  if (other !== undefined) {
    throw new ServeError(
      400,
      'unsupported_value',
      `a workflow reads texts, and this message holds a part of type ${other.type}`,
      { param },
    );
  }
  return parts.map(({ text = '' }) => text).join('\n');
}

function objectIn(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const parsed = givenFields.safeParse(JSON.parse(text ?? ''));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
