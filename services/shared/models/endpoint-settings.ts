import type { Endpoint } from '../contracts/generated/scale/v1/control.ts';

/** How one endpoint is reached and how long it may take. */
export interface EndpointSettings {
  /** Without a slash at the end, e.g. http://gpu-1:8000/v1. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** Where the key comes from, for messages; "" for no key. */
  readonly apiKeyVariable: string;
  /** Most calls in flight; the adaptive limit starts here and returns to it. */
  readonly maxConcurrency: number;
  /** Limit of one attempt, from sending to the last byte. */
  readonly timeoutMs: number;
  /** Limit from sending to the first token of a streamed reply. */
  readonly firstTokenTimeoutMs: number;
  /** Longest silence between two tokens of a streamed reply. */
  readonly stallTimeoutMs: number;
}

export const endpointDefaults = {
  maxConcurrency: 32,
  timeoutMs: 120_000,
  firstTokenTimeoutMs: 60_000,
  stallTimeoutMs: 30_000,
} as const;

export class EndpointSettingsError extends Error {
  override readonly name = 'EndpointSettingsError';
}

/**
 * Settings from a run's endpoint; 0 stands for a default.
 * @param environment where the key is looked up: only what may be sent to this very address
 * @throws EndpointSettingsError for an address that is none, or a key variable that the worker does not have for it
 */
export function endpointSettings(
  endpoint: Endpoint,
  environment: Readonly<Record<string, string | undefined>>,
): EndpointSettings {
  const timeoutMs = endpoint.timeoutMs || endpointDefaults.timeoutMs;
  return {
    baseUrl: checkedBaseUrl(endpoint),
    apiKey: keyOf(endpoint, environment),
    apiKeyVariable: endpoint.apiKeyVariable,
    maxConcurrency: endpoint.maxConcurrency || endpointDefaults.maxConcurrency,
    timeoutMs,
    firstTokenTimeoutMs: Math.min(timeoutMs, endpointDefaults.firstTokenTimeoutMs),
    stallTimeoutMs: Math.min(timeoutMs, endpointDefaults.stallTimeoutMs),
  };
}

function checkedBaseUrl({ baseUrl, model }: Endpoint): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new EndpointSettingsError(`endpoint of ${model}: base_url "${baseUrl}" must be an http or https address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new EndpointSettingsError(
      `endpoint of ${model}: base_url must not hold a user or password; name a variable in api_key_variable instead`,
    );
  }
  return baseUrl.replace(/\/+$/, '');
}

function keyOf(
  { apiKeyVariable, baseUrl }: Endpoint,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (apiKeyVariable === '') return undefined;
  const key = environment[apiKeyVariable]?.trim();
  if (!key) {
    throw new EndpointSettingsError(
      `endpoint ${baseUrl}: the worker has no variable ${apiKeyVariable} that may be sent there: set it in the worker's environment, ` +
        `and let its SCALE_ENDPOINT_KEYS hold ${apiKeyVariable}=${baseUrl}`,
    );
  }
  return key;
}
