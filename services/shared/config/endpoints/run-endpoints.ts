import { defined } from '../../../domain/defined.ts';
import { suggestion } from '../../../domain/names/near-name.ts';
import type { JudgeEndpoint } from '../../benchmarks/benchmark-definition.ts';
import type { Endpoint } from '../../contracts/generated/scale/v1/control.ts';
import { clusterBaseUrl } from '../../models/settings/endpoint-settings.ts';
import { isGroup } from '../../settings/sorted-text.ts';
import type { ParsedRunFile } from '../parse-run-file.ts';
import type { RunFileSettings } from '../run-file-schema.ts';
import { withoutSlash } from './endpoint-addresses.ts';

export interface RunEndpoint extends Endpoint {
  /** The built-in simulated model, whose base URL is "" here: whoever starts it fills it in. */
  readonly simulated: boolean;
}

/** The endpoint that needs no entry under `endpoints`; with an entry of that name, that one counts. */
const simulatedEndpoint = 'simulated';

/** The endpoint for models that are served where the cluster's own settings say; with an entry of that name, that one counts. */
const clusterEndpoint = 'cluster';
const builtIn: readonly string[] = [simulatedEndpoint, clusterEndpoint];

/** Where each model of the run is served, including its judges'. */
export function usedEndpoints({ settings, error }: ParsedRunFile, judges: readonly JudgeEndpoint[]): RunEndpoint[] {
  const used = new Map<string, { name: string; endpoints: RunEndpoint[] }>();
  for (const { field, endpoint: name, model } of wantedModels(settings, judges)) {
    const known = Object.keys(settings.endpoints);
    if (!known.includes(name) && !builtIn.includes(name)) {
      throw error(
        field,
        `${field} names the endpoint "${name}", which is not under endpoints; ${suggestion(name, [...known, ...builtIn])}`,
      );
    }
    const other = used.get(model);
    if (other && other.name !== name) {
      throw error(
        field,
        `${field} is "${name}", but the same model ${model} already comes from "${other.name}": use one endpoint per model`,
      );
    }
    used.set(model, { name, endpoints: endpointsOf(settings, name, model) });
  }
  return [...used.values()].flatMap(({ endpoints }) => endpoints);
}

interface WantedModel {
  /** Where its endpoint is named. */
  readonly field: string;
  readonly model: string;
  readonly endpoint: string;
}

function wantedModels({ models: { executor, optimizer } }: RunFileSettings, judges: readonly JudgeEndpoint[]): WantedModel[] {
  return [
    { field: 'models.executor.endpoint', model: executor.model, endpoint: executor.endpoint },
    { field: 'models.optimizer.endpoint', model: optimizer.model, endpoint: optimizer.endpoint },
    ...judges.map(({ scorer, model, endpoint }) => ({
      field: `scorers.${scorer}.endpoint of the benchmark file`,
      model: model === '' ? executor.model : model,
      endpoint: endpoint === '' ? executor.endpoint : endpoint,
    })),
  ];
}

/**
 * Refuses what is most likely a slip: a simulated model next to a real one, or endpoints of which none is used, unless the file
 * itself says that a model is simulated.
 * @returns what the user should know, a sentence each
 * @throws RunFileError
 */
export function checkEndpointUse(parsed: ParsedRunFile, judges: readonly JudgeEndpoint[]): string[] {
  const { settings, error } = parsed;
  const names = Object.keys(settings.endpoints);
  const used = new Set(wantedModels(settings, judges).map(({ endpoint }) => endpoint));
  const unused = names.filter((name) => !used.has(name));
  const role = rolesLeftToTheSimulator(parsed)[0];
  if (role !== undefined && unused.length < names.length) {
    const real = names.find((name) => used.has(name));
    throw error(
      `models.${role}`,
      `models.${role} names no endpoint, so a simulated model would answer next to the real one of ${real}: name its endpoint, or write \`endpoint: simulated\` if that is what you want`,
    );
  }
  for (const name of used) refuseSpreadBatches(parsed, name);
  const [first] = unused;
  if (first === undefined) return [];
  if (role !== undefined && unused.length === names.length) {
    throw error(
      `endpoints.${first}`,
      `endpoints.${first} is not used by any model, so simulated models would answer: give it to them, as in \`models: { executor: { endpoint: ${first}, model: … }, optimizer: { endpoint: ${first}, model: … } }\``,
    );
  }
  return [`no model uses ${unused.map((name) => `endpoints.${name}`).join(' and ')}`];
}

/** @throws RunFileError */
function refuseSpreadBatches({ settings: { endpoints }, error }: ParsedRunFile, name: string): void {
  const { batch, base_url } = endpoints[name] ?? {};
  if (batch === undefined || base_url === undefined || base_url.length === 1) return;
  const field = `endpoints.${name}.batch`;
  throw error(
    field,
    `${field} needs one address in base_url, and there are ${base_url.length}: a batch is found again where it was made`,
  );
}

/** Models for which the file names no endpoint, and which nothing else serves. */
function rolesLeftToTheSimulator({ settings, written }: ParsedRunFile): string[] {
  const models = isGroup(written) && isGroup(written.models) ? written.models : {};
  return Object.entries(settings.models)
    .filter(([, { endpoint }]) => endpoint === simulatedEndpoint && settings.endpoints[endpoint] === undefined)
    .map(([role]) => role)
    .filter((role) => {
      const model = models[role];
      return !isGroup(model) || model.endpoint === undefined;
    });
}

/** One for each server that serves the model. */
function endpointsOf({ endpoints }: RunFileSettings, name: string, model: string): RunEndpoint[] {
  const endpoint = endpoints[name];
  if (!endpoint) {
    const simulated = name === simulatedEndpoint;
    return [{ model, baseUrl: simulated ? '' : clusterBaseUrl, apiKeyVariable: '', maxConcurrency: 0, timeoutMs: 0, simulated }];
  }
  return serversOf(endpoint, model).map((server) => ({ ...server, simulated: false }));
}

/** The servers of an endpoint, in the terms of the contract. */
export function serversOf(endpoint: RunFileSettings['endpoints'][string], model: string): Endpoint[] {
  return endpoint.base_url.map(({ url, max_concurrency, weight }) => ({
    model,
    baseUrl: withoutSlash(url),
    maxConcurrency: max_concurrency ?? endpoint.max_concurrency,
    timeoutMs: Math.ceil(endpoint.timeout_seconds * 1000),
    ...endpointSecrets(endpoint),
    ...(endpoint.http2 && { http2: true }),
    ...defined({ weight }),
    ...(endpoint.gateway && { gateway: true }),
    ...(!endpoint.reissue && { reissue: false }),
    ...defined({ requestsPerMinute: endpoint.requests_per_minute, tokensPerMinute: endpoint.tokens_per_minute }),
    ...(endpoint.batch && { batch: batchToProto(endpoint.batch) }),
    ...(!endpoint.steer_by_metrics && { steerByMetrics: false }),
    ...(endpoint.addresses !== 'auto' && { addresses: endpoint.addresses }),
  }));
}

function batchToProto({ window, gather_seconds, poll_seconds }: NonNullable<RunFileSettings['endpoints'][string]['batch']>) {
  return { window, gatherMs: Math.round(gather_seconds * 1000), pollMs: Math.round(poll_seconds * 1000) };
}

/** What a run file says of an endpoint's secrets, in the terms of the contract. */
export function endpointSecrets(endpoint: RunFileSettings['endpoints'][string]): Pick<Endpoint, 'apiKeyVariable' | 'headers'> {
  return { apiKeyVariable: endpoint.api_key_variable ?? '', ...headersOf(endpoint) };
}

function headersOf({ headers }: RunFileSettings['endpoints'][string]): Pick<Endpoint, 'headers'> {
  const list = Object.entries(headers).map(([name, value]) =>
    typeof value === 'string' ? { name, value, variable: '' } : { name, value: '', variable: value.variable },
  );
  return list.length === 0 ? {} : { headers: { headers: list } };
}
