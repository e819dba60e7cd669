import { untilAborted } from '../../shared/lifecycle/abort.ts';
import type { Cli } from '../cli.ts';
import { type ChildService, mainOf, startChildService } from './child-service.ts';
import type { ClusterOptions } from './cluster-options.ts';
import { dataFolderAt } from './data-folder.ts';
import { plainEnvironment } from './service-environment.ts';
import { stayWithCluster } from './stay-with-cluster.ts';

interface DashboardPlace extends ClusterOptions {
  /** On 127.0.0.1; 0 for any free one. */
  readonly port: number;
}

/** Starts the dashboard as a process of this command, and keeps it told where the cluster is; staying ends after it. */
export async function openDashboard(
  cli: Cli,
  place: DashboardPlace,
): Promise<{ readonly service: ChildService; readonly staying: Promise<void> }> {
  const { requested } = cli.interrupts;
  const command = { name: 'dashboard', script: mainOf('dashboard'), environment: environmentOf(cli, place) };
  const service = await startChildService(command, requested);
  return { service, staying: place.server === undefined ? stay(cli, service, place) : untilAborted(requested) };
}

async function stay(cli: Cli, service: ChildService, { dataDir }: DashboardPlace): Promise<void> {
  const folder = dataFolderAt(dataDir);
  const { requested } = cli.interrupts;
  const ended = new AbortController();
  void service.exited.then(() => ended.abort());
  const tell = (place: object | string): void =>
    service.tell({ type: 'cluster', place: typeof place === 'string' ? place : { ...place, name: folder.root } });
  await stayWithCluster(cli, folder, tell, AbortSignal.any([requested, ended.signal]));
}

/** It reaches a coordinator elsewhere as this command does. */
const accessVariables = /^SCALE_(CONTROL_TOKEN|TOKEN_FILE|CA_FILE|CERT_FILE|KEY_FILE|CONTROL_TOKEN_FILE|CONTROL_PLAINTEXT)$/;

function environmentOf(cli: Cli, { server, port }: DashboardPlace): Record<string, string> {
  const { SCALE_DASHBOARD_ORIGINS: _, ...plain } = plainEnvironment(cli.environment);
  const access = Object.entries(cli.environment).filter(([name]) => server !== undefined && accessVariables.test(name));
  return {
    ...plain,
    ...Object.fromEntries(access.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
    ...(server !== undefined && { SCALE_SERVER: server }),
    SCALE_DASHBOARD_HOST: '127.0.0.1',
    SCALE_DASHBOARD_PORT: String(port),
    SCALE_DASHBOARD_SIGN_IN: 'link',
    SCALE_HEALTH_HOST: '127.0.0.1',
    SCALE_HEALTH_PORT: '0',
    SCALE_PARENT_LEASH: 'ipc',
    SCALE_DRAIN_MS: '3000',
    SCALE_LOG_LEVEL: cli.environment.SCALE_LOG_LEVEL ?? 'warn',
  };
}
