import { hostname } from 'node:os';
import { deepFreeze } from '../settings/deep-freeze.ts';
import { type Environment, processEnvironment } from '../settings/environment.ts';
import { readVariables, type VariablesOf } from '../settings/variable-table.ts';
import { coordinatorTable, predictorTable, sandboxTable, serviceTable, simulatorTable, workerTable } from './service-tables.ts';

/** Defaults that depend on the process: its role, and who started it. */
interface OfThisProcess {
  readonly name: string;
  readonly leash: 'none' | 'stdin' | 'ipc';
}

/** What every service reads from its environment; service-tables.ts describes each. Times are in milliseconds. */
export type ServiceSettings = VariablesOf<typeof serviceTable> & OfThisProcess;
export type CoordinatorServiceSettings = ServiceSettings & VariablesOf<typeof coordinatorTable>;
/** Settings of an executor or a predictor. */
export type WorkerServiceSettings = ServiceSettings & VariablesOf<typeof workerTable>;
export type SandboxServiceSettings = VariablesOf<typeof sandboxTable>;
export type ExecutorServiceSettings = WorkerServiceSettings & { readonly sandbox: SandboxServiceSettings };
export type SimulatorServiceSettings = VariablesOf<typeof simulatorTable> & Pick<OfThisProcess, 'leash'>;

/** @throws SettingsError */
export function coordinatorSettings(environment: Environment = processEnvironment()): CoordinatorServiceSettings {
  return deepFreeze({
    ...ofThisProcess('coordinator'),
    ...readVariables({ ...serviceTable, ...coordinatorTable }, environment),
  });
}

/** @throws SettingsError */
export function executorSettings(environment: Environment = processEnvironment()): ExecutorServiceSettings {
  return deepFreeze({
    ...ofThisProcess('executor'),
    ...readVariables({ ...serviceTable, ...workerTable }, environment),
    sandbox: sandboxSettings(environment),
  });
}

/** @throws SettingsError */
export function sandboxSettings(environment: Environment = processEnvironment()): SandboxServiceSettings {
  return deepFreeze(readVariables(sandboxTable, environment));
}

/** @throws SettingsError */
export function predictorSettings(environment: Environment = processEnvironment()): WorkerServiceSettings {
  return deepFreeze({ ...ofThisProcess('predictor'), ...readVariables({ ...serviceTable, ...predictorTable }, environment) });
}

/** @throws SettingsError */
export function simulatorSettings(environment: Environment = processEnvironment()): SimulatorServiceSettings {
  return deepFreeze({ leash: leashOfThisProcess(), ...readVariables(simulatorTable, environment) });
}

function ofThisProcess(role: string): OfThisProcess {
  return { name: `${role}-${hostname()}-${process.pid}`, leash: leashOfThisProcess() };
}

/** A service that was forked with a channel to its parent ends with its parent. */
function leashOfThisProcess(): OfThisProcess['leash'] {
  return process.connected ? 'ipc' : 'none';
}
