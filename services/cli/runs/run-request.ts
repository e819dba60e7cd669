import { defaultsVersion } from '../../shared/config/earlier-defaults.ts';
import type { RunEndpoint } from '../../shared/config/run-endpoints.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { writtenHash } from '../../shared/config/written-settings.ts';
import { benchmarkToProto } from '../../shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../shared/contracts/configuration-codec.ts';
import type { Endpoint, StartRunRequest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { secretVariablesOf } from '../../shared/models/key-bindings.ts';
import type { Environment } from '../../shared/settings/environment.ts';
import { CliError } from '../cli-error.ts';

/** The simulated model answers within milliseconds and takes as many requests at once as it is sent. */
const simulatedLimits = { maxConcurrency: 256, timeoutMs: 30_000 } as const;

export function needsSimulator(file: RunFile): boolean {
  return file.endpoints.some((endpoint) => endpoint.simulated);
}

/** @param simulatorUrl where the simulated model listens, if the run needs it */
export function startRunRequestOf(file: RunFile, simulatorUrl: string | undefined): StartRunRequest {
  return {
    configuration: configurationToProto(file.configuration),
    benchmark: benchmarkToProto(file.benchmark),
    endpoints: file.endpoints.map((endpoint) => addressedEndpoint(endpoint, simulatorUrl)),
    maxInFlight: 0,
    simulated: isSimulatedRun(file),
    writtenHash: writtenHash(file.configuration.name, file.written),
    defaultsVersion,
  };
}

/** Simulated is a run whose executor is. */
export function isSimulatedRun({ endpoints, configuration }: RunFile): boolean {
  return endpoints.some(({ model, simulated }) => simulated && model === configuration.executor.model);
}

function addressedEndpoint({ simulated, ...endpoint }: RunEndpoint, simulatorUrl: string | undefined): Endpoint {
  if (!simulated) return endpoint;
  if (simulatorUrl === undefined) throw new CliError('failed', `nobody simulates the model ${endpoint.model}`);
  return { ...endpoint, ...simulatedLimits, baseUrl: simulatorUrl };
}

/**
 * The workers of this machine get their keys from this command's environment: one that is not in it is in none of them.
 * @throws CliError
 */
export function refuseMissingKeys(file: RunFile, environment: Environment): void {
  const [missing] = missingKeys(file, environment);
  if (missing !== undefined) throw new CliError('bad-input', missing);
}

/** A sentence for each variable that is to hold a secret and is not set. */
export function missingKeys({ endpoints }: RunFile, environment: Environment): string[] {
  const sentences = endpoints.flatMap((endpoint) =>
    secretVariablesOf(endpoint)
      .filter((variable) => (environment[variable] ?? '').trim() === '')
      .map(
        (variable) => `the key for model ${endpoint.model} is to be in the environment variable ${variable}, which is not set`,
      ),
  );
  return [...new Set(sentences)];
}

/** Who is simulated, undefined for nobody: what such models say is no result, which should be known before it is paid for. */
export function describeSimulated({ endpoints, configuration: { executor, optimizer } }: RunFile): string | undefined {
  const simulated = endpoints.filter((endpoint) => endpoint.simulated).map(({ model }) => model);
  if (simulated.length === 0) return undefined;
  if (simulated.length === endpoints.length)
    return `simulated models answer (${simulated.join(', ')}): the scores are not results`;
  const parts = [
    ...(simulated.includes(executor.model) ? [`the executor's model ${executor.model}`] : []),
    ...(simulated.includes(optimizer.model) ? [`the optimizer's model ${optimizer.model}`] : []),
  ];
  return `${(parts.length === 0 ? simulated : parts).join(' and ')} is simulated beside real models: what comes of it is no result`;
}
