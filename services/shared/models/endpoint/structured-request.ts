import { jsonReplyIn } from '../../../domain/replies/json-reply.ts';
import type { JsonSchema } from '../../../domain/workflow/workflow-schema.ts';
import { EndpointError } from '../errors/endpoint-errors.ts';
import type { EndpointRequest } from '../model-endpoint.ts';
import type { Dialect } from './dialect.ts';

/**
 * Servers that decode under a JSON schema, by the `owned_by` of their lists of models: vLLM and SGLang with xgrammar or
 * llguidance, llama-server with its own grammars. Others get a schema only where a run wants one whatever the server.
 */
const knownServers: ReadonlySet<string> = new Set(['vllm', 'sglang', 'llamacpp']);

/**
 * Servers whose grammars bound the length of a text and let it have line ends all the same. Under xgrammar, which vLLM and SGLang
 * use where nothing else is asked of them, a text with `minLength` or `maxLength` can hold no escape: no line end, quotation mark
 * or backslash, but a bare tab, which is no JSON (0.1.33 to 0.2.9, issue 800 of mlc-ai/xgrammar).
 */
const boundingServers: ReadonlySet<string> = new Set(['llamacpp']);

/** Whether a server's list of models must be read to know whether a request may go out under its schema. */
export function needsOwner({ structured, structuredWhereKnown }: EndpointRequest, dialect: Dialect): boolean {
  return structured !== undefined && structuredWhereKnown === true && dialect.structured === 'untried';
}

/** The request as it is sent: under its schema with the prompt for it, or as if there were none. @param ownedBy "" for unknown */
export function inForm(request: EndpointRequest, dialect: Dialect, ownedBy: string): EndpointRequest {
  const { structured, structuredWhereKnown, ...plain } = request;
  if (structured === undefined || dialect.structured === 'off') return plain;
  if (structuredWhereKnown && dialect.structured === 'untried' && !knownServers.has(ownedBy)) return plain;
  const schema = boundingServers.has(ownedBy) ? structured.schema : withoutLengths(structured.schema);
  return { ...plain, structured: { ...structured, schema }, messages: structured.messages };
}

function withoutLengths(schema: JsonSchema): JsonSchema {
  const drop = (key: string, value: unknown) => (key === 'minLength' || key === 'maxLength' ? undefined : value);
  return JSON.parse(JSON.stringify(schema, drop));
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

/**
 * Whether the schema may be what a server broke down over, or refused in words that no rule knows: it has not honoured one yet.
 * @param request as sent
 */
export function mayFailForSchema({ structured }: EndpointRequest, asked: Dialect, error: unknown): boolean {
  if (structured === undefined || asked.structured !== 'untried' || !(error instanceof EndpointError)) return false;
  return error.status === 500 || error.status === 501 || error.problem === 'unclear-refusal';
}
