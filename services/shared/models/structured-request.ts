import { jsonReplyIn } from '../../domain/replies/json-reply.ts';
import type { Dialect } from './dialect.ts';
import { EndpointError } from './endpoint-errors.ts';
import type { EndpointRequest } from './model-endpoint.ts';

/**
 * Servers that decode under a JSON schema, by the `owned_by` of their lists of models: vLLM and SGLang with xgrammar or
 * llguidance, llama-server with its own grammars. Others get a schema only where a run wants one whatever the server.
 */
const knownServers: ReadonlySet<string> = new Set(['vllm', 'sglang', 'llamacpp']);

/** Whether a server's list of models must be read to know whether a request may go out under its schema. */
export function needsOwner({ structured, structuredWhereKnown }: EndpointRequest, dialect: Dialect): boolean {
  return structured !== undefined && structuredWhereKnown === true && dialect.structured === 'untried';
}

/** The request as it is sent: under its schema with the prompt for it, or as if there were none. @param ownedBy "" for unknown */
export function inForm(request: EndpointRequest, dialect: Dialect, ownedBy: string): EndpointRequest {
  const { structured, structuredWhereKnown, ...plain } = request;
  if (structured === undefined || dialect.structured === 'off') return plain;
  if (structuredWhereKnown && dialect.structured === 'untried' && !knownServers.has(ownedBy)) return plain;
  return { ...plain, structured, messages: structured.messages };
}

/** The part of a body that asks for a reply under a schema. */
export function responseFormat({ structured }: EndpointRequest): object {
  if (structured === undefined) return {};
  const { schema } = structured;
  return { response_format: { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema } } };
}

/**
 * What a reply to a request under a schema shows of the server. A reply that was cut off, or withheld, shows nothing.
 * @param request as sent
 */
export function afterStructured(
  now: Dialect,
  { structured }: EndpointRequest,
  { text, finishReason }: { readonly text: string; readonly finishReason: string },
): Dialect {
  if (structured === undefined || now.structured === 'off' || finishReason !== 'stop') return now;
  const object = jsonReplyIn(text);
  const required = structured.schema.required as readonly string[];
  const isHeld = object !== undefined && required.every((name) => Object.hasOwn(object, name));
  return { ...now, structured: isHeld ? 'honoured' : 'off' };
}

/** Whether the schema may be what a server broke down over: it has not honoured one yet. @param request as sent */
export function mayFailForSchema({ structured }: EndpointRequest, asked: Dialect, error: unknown): boolean {
  const brokeDown = error instanceof EndpointError && (error.status === 500 || error.status === 501);
  return brokeDown && structured !== undefined && asked.structured === 'untried';
}
