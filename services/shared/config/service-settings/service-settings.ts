import { hostname } from 'node:os';
import { defined } from '../../../domain/defined.ts';
import { deepFreeze } from '../../settings/deep-freeze.ts';
import { type Environment, fileVariableOf, processEnvironment } from '../../settings/environment.ts';
import { SettingsError } from '../../settings/settings-error.ts';
import { readVariables, type VariablesOf } from '../../settings/variable-table.ts';
import type { TracingSettings } from '../../telemetry/tracing-settings.ts';
import { coordinatorTable } from '../service-tables/coordinator-table.ts';
import { dashboardTable } from '../service-tables/dashboard-table.ts';
import { sandboxTable } from '../service-tables/sandbox-table.ts';
import { serviceTable } from '../service-tables/service-table.ts';
import { simulatorTable } from '../service-tables/simulator-table.ts';
import { executorTable, predictorTable, type workerTable } from '../service-tables/worker-tables.ts';
import { checkControlAccess, isLoopback } from './control-access.ts';
import { tracingSettings } from './tracing-settings.ts';
import { hostFault } from './webhook-address.ts';

/** Defaults that depend on the process: its role, and who started it. */
interface OfThisProcess {
  readonly name: string;
  readonly leash: 'none' | 'stdin' | 'ipc';
}

interface OfTraces {
  /** Absent: nothing is traced. */
  readonly tracing?: TracingSettings;
}

/** What every service reads from its environment; the tables in service-tables describe each. Times are in milliseconds. */
export type ServiceSettings = VariablesOf<typeof serviceTable> & OfThisProcess & OfTraces;
export type CoordinatorServiceSettings = ServiceSettings &
  VariablesOf<typeof coordinatorTable> & {
    /** Where the token of SCALE_CONTROL_TOKEN_FILE lies: it may be replaced while the coordinator runs. */
    readonly controlTokenFile?: string;
  };
/** Settings of an executor or a predictor. */
export type WorkerServiceSettings = ServiceSettings & VariablesOf<typeof workerTable>;
export type SandboxServiceSettings = VariablesOf<typeof sandboxTable>;
export type ExecutorServiceSettings = WorkerServiceSettings &
  VariablesOf<typeof executorTable> & { readonly sandbox: SandboxServiceSettings };
export type DashboardServiceSettings = VariablesOf<typeof dashboardTable> & Pick<OfThisProcess, 'leash'>;
export type SimulatorServiceSettings = VariablesOf<typeof simulatorTable> & Pick<OfThisProcess, 'leash'>;

/** @throws SettingsError */
export function coordinatorSettings(environment: Environment = processEnvironment()): CoordinatorServiceSettings {
  const settings = withAccess(readVariables({ ...serviceTable, ...coordinatorTable }, environment));
  checkControlAccess(settings);
  checkWebhook(settings);
  checkRetention(settings);
  const controlTokenFile = environment[fileVariableOf(coordinatorTable.controlToken.variable)]?.trim() || undefined;
  const tracing = tracingSettings(environment);
  return deepFreeze({ ...ofThisProcess('coordinator'), ...settings, ...defined({ controlTokenFile, tracing }) });
}

/** @throws SettingsError */
export function executorSettings(environment: Environment = processEnvironment()): ExecutorServiceSettings {
  return deepFreeze({
    ...ofThisProcess('executor'),
    ...withAccess(readVariables({ ...serviceTable, ...executorTable }, environment)),
    ...defined({ tracing: tracingSettings(environment) }),
    sandbox: sandboxSettings(environment),
  });
}

/** @throws SettingsError */
export function sandboxSettings(environment: Environment = processEnvironment()): SandboxServiceSettings {
  return deepFreeze(readVariables(sandboxTable, environment));
}

/** @throws SettingsError */
export function predictorSettings(environment: Environment = processEnvironment()): WorkerServiceSettings {
  return deepFreeze({
    ...ofThisProcess('predictor'),
    ...withAccess(readVariables({ ...serviceTable, ...predictorTable }, environment)),
    ...defined({ tracing: tracingSettings(environment) }),
  });
}

/** @throws SettingsError */
export function simulatorSettings(environment: Environment = processEnvironment()): SimulatorServiceSettings {
  return deepFreeze({ leash: leashOfThisProcess(), ...readVariables(simulatorTable, environment) });
}

/** @throws SettingsError */
export function dashboardSettings(environment: Environment = processEnvironment()): DashboardServiceSettings {
  const settings = { leash: leashOfThisProcess(), ...readVariables(dashboardTable, environment) };
  const { host, plaintext, server, signIn } = settings;
  if (!isLoopback(host) && plaintext !== 'trusted-network') {
    const message = `SCALE_DASHBOARD_HOST is ${host}, which others can reach, and what they sign in with would cross the network unencrypted: let a proxy end TLS before it and set SCALE_DASHBOARD_PLAINTEXT=trusted-network, or listen on 127.0.0.1`;
    throw new SettingsError('SCALE_DASHBOARD_PLAINTEXT', message);
  }
  if (server === undefined && signIn !== 'link') {
    throw new SettingsError('SCALE_SERVER', 'SCALE_SERVER must name the coordinator, such as coordinator:7070');
  }
  return deepFreeze(settings);
}

function checkWebhook({
  webhookUrl,
  webhookSecret,
  webhookPrivate,
}: Pick<CoordinatorServiceSettings, 'webhookUrl' | 'webhookSecret' | 'webhookPrivate'>): void {
  if (webhookUrl === undefined) return;
  if (webhookSecret === undefined) {
    const message =
      'SCALE_WEBHOOK_URL needs SCALE_WEBHOOK_SECRET (or SCALE_WEBHOOK_SECRET_FILE): by its signature a note is believed';
    throw new SettingsError('SCALE_WEBHOOK_SECRET', message);
  }
  if (!webhookUrl.startsWith('https:') && !webhookPrivate) {
    const message = 'SCALE_WEBHOOK_URL is http, which anyone on the way reads: use https, or set SCALE_WEBHOOK_PRIVATE=true';
    throw new SettingsError('SCALE_WEBHOOK_URL', message);
  }
  const fault = hostFault(new URL(webhookUrl).hostname, webhookPrivate);
  if (fault !== undefined) throw new SettingsError('SCALE_WEBHOOK_URL', `SCALE_WEBHOOK_URL: ${fault}`);
}

function checkRetention({ keepRuns, archiveFolder }: Pick<CoordinatorServiceSettings, 'keepRuns' | 'archiveFolder'>): void {
  if (archiveFolder === undefined || keepRuns !== undefined) return;
  const message = 'SCALE_ARCHIVE_DIR is set, and nothing is ever deleted: say what is kept in SCALE_KEEP_RUNS, such as days=30';
  throw new SettingsError('SCALE_KEEP_RUNS', message);
}

type NatsVariables = Pick<VariablesOf<typeof serviceTable>, 'natsUrl' | 'natsCredentialsFile' | 'natsCertFile' | 'natsKeyFile'>;

/** Settings that go together, or exclude each other. @throws SettingsError */
export function withAccess<Settings extends NatsVariables>(settings: Settings): Settings {
  const { natsUrl, natsCredentialsFile, natsCertFile, natsKeyFile } = settings;
  if (natsCredentialsFile !== undefined && natsUrl.includes('@')) {
    throw new SettingsError(
      'SCALE_NATS_CREDENTIALS_FILE',
      'SCALE_NATS_CREDENTIALS_FILE is set, and SCALE_NATS_URL has credentials too: give them in one of the two',
    );
  }
  if ((natsCertFile === undefined) !== (natsKeyFile === undefined)) {
    const [given, lacking] =
      natsKeyFile === undefined
        ? ['SCALE_NATS_CERT_FILE', 'SCALE_NATS_KEY_FILE']
        : ['SCALE_NATS_KEY_FILE', 'SCALE_NATS_CERT_FILE'];
    throw new SettingsError(lacking, `${lacking} must be set where ${given} is: a certificate and its key go together`);
  }
  return settings;
}

function ofThisProcess(role: string): OfThisProcess {
  return { name: `${role}-${hostname()}-${process.pid}`, leash: leashOfThisProcess() };
}

/** A service that was forked with a channel to its parent ends with its parent. */
function leashOfThisProcess(): OfThisProcess['leash'] {
  return process.connected ? 'ipc' : 'none';
}
