import { MalformedReplyError } from '../errors/endpoint-errors.ts';
import { fieldsOf } from '../errors/server-answer.ts';

/** What a message says, or a part of one. */
export interface MessageParts {
  readonly text: string;
  readonly thoughts: string;
  readonly refusal: string;
  readonly callsTool: boolean;
}

export const nothingSaid: MessageParts = { text: '', thoughts: '', refusal: '', callsTool: false };

const thoughtFields = [
  'reasoning_content',
  'reasoning',
  'thinking',
  'reasoning_text',
  'reasoning_details',
  'thinking_blocks',
] as const;

/**
 * Reads a message in any of the forms in which servers send one: its content as text, as a list of typed parts (Mistral's
 * reasoning models, Claude behind bridges) or as one part; its thoughts in a field of their own: reasoning_content (DeepSeek,
 * older vLLM, llama-server), reasoning (vLLM, OpenRouter), thinking (Ollama), reasoning_text (Copilot), reasoning_details
 * (OpenRouter), thinking_blocks (LiteLLM).
 * @throws MalformedReplyError if there is content in any other form
 */
export function readMessageParts(message: unknown): MessageParts {
  if (typeof message === 'string') return readContent(message);
  const fields = fieldsOf(message);
  const content = readContent(fields.content);
  const { refusal, tool_calls, function_call } = fields;
  // Most pieces of a stream are text alone.
  if (!refusal && !tool_calls && !function_call && !thoughtFields.some((name) => fields[name])) return content;
  const own = thoughtFields.map((name) => textIn(fields[name]));
  return {
    text: content.text,
    thoughts: (own.find((text) => text !== '') ?? '') + content.thoughts,
    refusal: textIn(refusal) + content.refusal,
    callsTool: content.callsTool || isGiven(tool_calls) || isGiven(function_call),
  };
}

function readContent(content: unknown): MessageParts {
  if (content === undefined || content === null || content === '') return nothingSaid;
  if (typeof content === 'string') return { text: content, thoughts: '', refusal: '', callsTool: false };
  if (typeof content !== 'object')
    throw new MalformedReplyError(`the content of the reply is a ${typeof content}, neither text nor parts`);
  const parts = (Array.isArray(content) ? content : [content]).map(readPart);
  return {
    text: parts.map(({ text }) => text).join(''),
    thoughts: parts.map(({ thoughts }) => thoughts).join(''),
    refusal: parts.map(({ refusal }) => refusal).join(''),
    callsTool: parts.some(({ callsTool }) => callsTool),
  };
}

function readPart(part: unknown): MessageParts {
  if (typeof part === 'string') return { ...nothingSaid, text: part };
  const { type, ...rest } = fieldsOf(part);
  const kind = typeof type === 'string' ? type : '';
  if (/think|reason|thought/.test(kind) || rest.thought === true) {
    return { ...nothingSaid, thoughts: textIn(rest.thinking ?? rest.reasoning ?? rest.summary ?? rest.text ?? rest.content) };
  }
  if (kind === 'refusal') return { ...nothingSaid, refusal: textIn(rest.refusal ?? rest.text) };
  if (/^(tool|function)_?(use|call)/.test(kind)) return { ...nothingSaid, callsTool: true };
  return { ...nothingSaid, text: textIn(rest.text ?? rest.output_text ?? rest.content) };
}

/** The text in a text, in a list of texts, or in a part that holds one. */
function textIn(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textIn).join('');
  const { text, value: inner, thinking, content, summary } = fieldsOf(value);
  const held = text ?? inner ?? thinking ?? content ?? summary;
  return held === undefined || held === null ? '' : textIn(held);
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : typeof value === 'object' && value !== null;
}
