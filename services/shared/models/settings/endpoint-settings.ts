import { defined } from '../../../domain/defined.ts';
import { ScaleError } from '../../../domain/errors/scale-error.ts';
import type { Endpoint } from '../../contracts/generated/scale/v1/control.ts';
import { type Environment, fileVariableOf, readSecret } from '../../settings/environment.ts';
import { SettingsError } from '../../settings/settings-error.ts';
import type { BatchSettings } from './batched-call.ts';
import { secretVariablesOf } from './key-bindings.ts';

/** How one endpoint is reached and how long it may take. */
export interface EndpointSettings {
  /** Without a slash at the end, e.g. http://gpu-1:8000/v1. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  /** The variable that holds the key, for messages; "" for no key. */
  readonly apiKeyVariable: string;
  /** The user's own, sent with each call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Values that must never appear in a message: the key, and the values of headers that come from variables. */
  readonly secrets?: readonly string[];
  /** Most calls in flight, of all workers together; the adaptive limit of each starts here and returns to it. */
  readonly maxConcurrency: number;
  /**
   * Limit of one attempt, from sending to the last byte, and so also of the wait for the first token: a long prompt, a model that
   * is still loading, or a gateway that holds a call back (LiteLLM holds a throttled one for 90 s) takes as long as it takes.
   */
  readonly timeoutMs: number;
  /** Longest silence between two tokens of a streamed reply. */
  readonly stallTimeoutMs: number;
  /** What all workers together may ask of it in a minute; not given: any number. */
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Its engine may be asked for its load, by which the number of calls in flight is then steered. */
  readonly showsLoad?: boolean;
  /** Speak HTTP/2 where the server offers it. */
  readonly http2: boolean;
  /** Its part of the calls beside the others' until its speed is known. Default: 1. */
  readonly weight?: number;
  /** It spreads calls over servers of its own. Default: no. */
  readonly gateway?: boolean;
  /** A call that takes far longer than others is sent to another server too, if that has room. Default: yes. */
  readonly reissue?: boolean;
  /** Calls go through its batch API. Not given: they are made at once. */
  readonly batch?: BatchSettings;
  /** What several addresses of its name are. Default: `auto`. */
  readonly addresses?: AddressKind;
  /** The only address to connect to, of those that its name has. Default: any of them. */
  readonly address?: string;
}

/**
 * Several addresses of a name: each a server of its own, or one server; `auto`: each where they are private, one where they are
 * public or belong to a gateway.
 */
export const addressKinds = ['auto', 'each', 'one'] as const;
export type AddressKind = (typeof addressKinds)[number];

/** An unknown kind comes from a newer version. */
export function addressKindOf({ addresses }: Pick<Endpoint, 'addresses'>): AddressKind {
  return addressKinds.find((kind) => kind === addresses) ?? 'auto';
}

/** What an endpoint is called in messages and metrics, and told from others by. */
export function endpointName({ baseUrl, address }: Pick<EndpointSettings, 'baseUrl' | 'address'>): string {
  return address === undefined ? baseUrl : `${baseUrl} (${address})`;
}

/** Stands for the servers that the cluster's own settings name for the model. */
export const clusterBaseUrl = 'cluster:';

/** For an endpoint that does not say; the table of a run file's settings takes them from here. */
export const endpointDefaults = {
  maxConcurrency: 32,
  timeoutMs: 120_000,
  stallTimeoutMs: 30_000,
} as const;

/**
 * Share of the whole limit, where that is more than the default: a user who allows ten minutes for a reply has a server that
 * pauses.
 */
const stallShare = 0.25;

/** In hours; the journal, by which a batch is found again, keeps what is written for three days. */
export const batchWindow = /^([1-9]|[1-3]\d|4[0-8])h$/;

export class EndpointSettingsError extends ScaleError {
  readonly kind = 'bad-input';
}

/**
 * Settings from a run's endpoint; 0 means the default.
 * @param environment where the key is looked up: only what may be sent to this very address
 * @throws EndpointSettingsError for an invalid address, or a key variable that the worker does not have for it
 */
export function endpointSettings(endpoint: Endpoint, environment: Environment): EndpointSettings {
  const batch = endpoint.batch && { ...endpoint.batch, window: checkedWindow(endpoint.batch, endpoint) };
  const timeoutMs = endpoint.timeoutMs || endpointDefaults.timeoutMs;
  const secretOf = (variable: string) => secretIn(variable, endpoint, environment);
  const headers = endpoint.headers?.headers ?? [];
  return {
    baseUrl: checkedBaseUrl(endpoint),
    apiKey: endpoint.apiKeyVariable === '' ? undefined : secretOf(endpoint.apiKeyVariable),
    apiKeyVariable: endpoint.apiKeyVariable,
    headers: Object.fromEntries(headers.map(({ name, value, variable }) => [name, variable === '' ? value : secretOf(variable)])),
    secrets: secretVariablesOf(endpoint).map(secretOf),
    maxConcurrency: endpoint.maxConcurrency || endpointDefaults.maxConcurrency,
    timeoutMs,
    stallTimeoutMs: Math.min(timeoutMs, Math.max(endpointDefaults.stallTimeoutMs, stallShare * timeoutMs)),
    http2: endpoint.http2 ?? false,
    // What a gateway says of its load is not that of the servers behind it.
    showsLoad: (endpoint.steerByMetrics ?? true) && !endpoint.gateway,
    ...defined({ requestsPerMinute: endpoint.requestsPerMinute, tokensPerMinute: endpoint.tokensPerMinute }),
    ...defined({ weight: endpoint.weight, gateway: endpoint.gateway, reissue: endpoint.reissue }),
    ...(endpoint.addresses === undefined ? {} : { addresses: addressKindOf(endpoint) }),
    // A batch is found again where it was made.
    ...(batch && { batch, reissue: false, showsLoad: false, addresses: 'one' as const }),
  };
}

function checkedWindow({ window }: Pick<BatchSettings, 'window'>, { baseUrl }: Endpoint): string {
  if (batchWindow.test(window)) return window;
  throw new EndpointSettingsError(`endpoint ${baseUrl}: the window of its batches, "${window}", must be 1h to 48h`);
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

function secretIn(variable: string, { baseUrl }: Endpoint, environment: Environment): string {
  let secret: string | undefined;
  try {
    secret = readSecret(variable, environment);
  } catch (cause) {
    if (!(cause instanceof SettingsError)) throw cause;
    throw new EndpointSettingsError(`endpoint ${baseUrl}: ${cause.message}`, { cause });
  }
  if (secret === undefined) {
    throw new EndpointSettingsError(
      `endpoint ${baseUrl}: the worker has no variable ${variable} that may be sent there: set it, or ${fileVariableOf(variable)}, in the worker's environment, ` +
        `and add ${variable}=${baseUrl} to its SCALE_ENDPOINT_KEYS`,
    );
  }
  // If it were sent anyway, it would be in the message of the library that refuses it.
  if (!/^[\t\x20-\x7e]+$/.test(secret)) {
    throw new EndpointSettingsError(
      `endpoint ${baseUrl}: the variable ${variable} holds what no header can carry; it must be one line of ASCII`,
    );
  }
  return secret;
}
