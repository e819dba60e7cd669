import { defined } from '../../domain/defined.ts';
import { pricesOf } from '../../domain/prices/find-price.ts';
import type { PriceTable } from '../../domain/prices/price-table.ts';
import { defaultsVersion } from '../../shared/config/earlier-defaults.ts';
import type { RunEndpoint } from '../../shared/config/endpoints/run-endpoints.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { writtenHash } from '../../shared/config/written-settings.ts';
import { benchmarkToProto } from '../../shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../shared/contracts/configuration-codec.ts';
import type { Endpoint, StartRunRequest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { pricesToProto } from '../../shared/contracts/prices-codec.ts';
import { secretVariablesOf } from '../../shared/models/settings/key-bindings.ts';
import { type Environment, readSecret } from '../../shared/settings/environment.ts';
import { SettingsError } from '../../shared/settings/settings-error.ts';
import { CliError } from '../cli-error.ts';

/** The simulated model answers within milliseconds and takes as many requests at once as it is sent. */
const simulatedLimits = { maxConcurrency: 256, timeoutMs: 30_000 } as const;

export function needsSimulator(file: RunFile): boolean {
  return file.endpoints.some((endpoint) => endpoint.simulated);
}

/** @param simulatorUrl where the simulated model listens, if the run needs it */
export function startRunRequestOf(file: RunFile, simulatorUrl: string | undefined): StartRunRequest {
  const prices = keptPrices(file);
  return {
    configuration: configurationToProto(file.configuration),
    benchmark: benchmarkToProto(file.benchmark),
    endpoints: file.endpoints.map((endpoint) => addressedEndpoint(endpoint, simulatorUrl)),
    maxInFlight: 0,
    simulated: isSimulatedRun(file),
    writtenHash: writtenHash(file.configuration.name, file.written),
    defaultsVersion,
    share: file.share,
    failureShare: file.failureShare,
    ...defined({ cache: file.cache, team: file.team, limits: file.limits }),
    ...(prices && { prices: pricesToProto(prices) }),
  };
}

/** What the run keeps of the prices: those of every model that it calls, its judges' too. Undefined where nobody gave any. */
export function keptPrices({ prices, endpoints }: Pick<RunFile, 'prices' | 'endpoints'>): PriceTable | undefined {
  const batched = new Set(endpoints.filter(({ batch }) => batch !== undefined).map(({ model }) => model));
  return (
    prices &&
    pricesOf(
      prices,
      endpoints.map(({ model }) => model),
      batched,
    )
  );
}

/** A run is simulated if its executor is. */
export function isSimulatedRun({ endpoints, configuration }: RunFile): boolean {
  return endpoints.some(({ model, simulated }) => simulated && model === configuration.executor.model);
}

function addressedEndpoint({ simulated, ...endpoint }: RunEndpoint, simulatorUrl: string | undefined): Endpoint {
  if (!simulated) return endpoint;
  if (simulatorUrl === undefined) throw new CliError('failed', `no simulator serves the model ${endpoint.model}`);
  return { ...endpoint, ...simulatedLimits, baseUrl: simulatorUrl };
}

/**
 * The workers of this machine get their keys from this command's environment: one that is missing here is missing in all of them.
 * @throws CliError
 */
export function refuseMissingKeys(file: RunFile, environment: Environment): void {
  const [missing] = missingKeys(file, environment);
  if (missing !== undefined) throw new CliError('bad-input', missing);
}

/** A sentence for each variable that should hold a secret and is not set. */
export function missingKeys({ endpoints }: RunFile, environment: Environment): string[] {
  const sentences = endpoints.flatMap((endpoint) =>
    secretVariablesOf(endpoint).flatMap((variable) => lackOf(variable, endpoint.model, environment) ?? []),
  );
  return [...new Set(sentences)];
}

function lackOf(variable: string, model: string, environment: Environment): string | undefined {
  try {
    if (readSecret(variable, environment) !== undefined) return undefined;
  } catch (error) {
    if (error instanceof SettingsError) return `the key for model ${model} cannot be used: ${error.message}`;
    throw error;
  }
  return `the key for model ${model} must be in the environment variable ${variable}, which is not set`;
}

/**
 * Which models are simulated, undefined for none: what they say is no result, and a user should know that before paying for it.
 */
export function describeSimulated({ endpoints, configuration: { executor, optimizer } }: RunFile): string | undefined {
  const simulated = endpoints.filter((endpoint) => endpoint.simulated).map(({ model }) => model);
  if (simulated.length === 0) return undefined;
  if (simulated.length === endpoints.length)
    return `simulated models answer (${simulated.join(', ')}): the scores are not results`;
  const parts = [
    ...(simulated.includes(executor.model) ? [`the executor's model ${executor.model}`] : []),
    ...(simulated.includes(optimizer.model) ? [`the optimizer's model ${optimizer.model}`] : []),
  ];
  return `${(parts.length === 0 ? simulated : parts).join(' and ')} is simulated alongside real models: the scores are not results`;
}
