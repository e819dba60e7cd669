import type { RunEndpoint, RunFile } from '../../shared/config/run-file.ts';
import { benchmarkToProto } from '../../shared/contracts/benchmark-codec.ts';
import { configurationToProto } from '../../shared/contracts/configuration-codec.ts';
import type { Endpoint, StartRunRequest } from '../../shared/contracts/generated/scale/v1/control.ts';
import { runIdOf } from '../../shared/contracts/run-id.ts';
import { secretVariablesOf } from '../../shared/models/key-bindings.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';

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
    simulated: file.endpoints.some(({ model, simulated }) => simulated && model === file.configuration.executor.model),
  };
}

function addressedEndpoint({ simulated, ...endpoint }: RunEndpoint, simulatorUrl: string | undefined): Endpoint {
  if (!simulated) return endpoint;
  if (simulatorUrl === undefined) throw new CliError(exitCodes.failed, `nobody simulates the model ${endpoint.model}`);
  return { ...endpoint, ...simulatedLimits, baseUrl: simulatorUrl };
}

/**
 * The workers of this machine get their keys from this command's environment: one that is not in it is in none of them.
 * @throws CliError
 */
export function refuseMissingKeys(file: RunFile, environment: Readonly<Record<string, string | undefined>>): void {
  for (const endpoint of file.endpoints) {
    const missing = secretVariablesOf(endpoint).find((variable) => (environment[variable] ?? '').trim() === '');
    if (missing === undefined) continue;
    const message = `the key for model ${endpoint.model} is to be in the environment variable ${missing}, which is not set`;
    throw new CliError(exitCodes.badInput, message);
  }
}

/** The same search as a run of its own: its name, which is part of a run's identity, gets the first number that is free. */
export function asFreshRun(file: RunFile, existing: ReadonlySet<string>): RunFile {
  let fresh = file;
  for (let number = 2; existing.has(runIdOf(fresh.configuration)); number += 1) {
    const name = `${file.configuration.name}-${number}`;
    fresh = { ...file, configuration: { ...file.configuration, name } };
  }
  return fresh;
}
