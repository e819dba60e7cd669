import { createHash } from 'node:crypto';
import type { EndpointRequest } from '../model-endpoint.ts';
import type { EndpointSettings } from '../settings/endpoint-settings.ts';

/**
 * By which a gateway keeps calls together whose prompts begin alike: SGLang's gateway (policies `consistent_hashing` and
 * `manual`), vLLM's router (`consistent_hash`), Dynamo, LiteLLM, in this order. Each ignores the others' names.
 */
const affinityHeaders = ['x-smg-routing-key', 'x-session-id', 'x-dynamo-session-id', 'x-litellm-session-id'];
/**
 * By which it shares its servers among runs: llm-d's endpoint picker and other implementations of the Gateway API's inference
 * extension (llm-d.ai/docs/api-reference/epp-http-headers), under the names of its current version and of 0.8.
 */
const fairnessHeaders = ['x-gateway-inference-fairness-id', 'x-llm-d-inference-fairness-id'];

/**
 * What a gateway is told about a call. Names of runs and workflows are the user's own affair, so it gets their hashes. A header
 * of the same name in the run file counts instead.
 */
export function gatewayHeaders(
  request: EndpointRequest,
  own: NonNullable<EndpointSettings['headers']> = {},
): Record<string, string> {
  const { prefixKey = '', runId = '', jobId, callId, attemptId } = request;
  const requestId = attemptId?.replaceAll('/', '-') || shortHash(`${jobId} ${callId}`);
  const all = { 'x-request-id': requestId, ...valueFor(affinityHeaders, prefixKey), ...valueFor(fairnessHeaders, runId) };
  const taken = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(all).filter(([name]) => !taken.has(name)));
}

function valueFor(names: readonly string[], key: string): Record<string, string> {
  return key === '' ? {} : Object.fromEntries(names.map((name) => [name, shortHash(key)]));
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
