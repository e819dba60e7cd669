import { serverAccess } from '../../shared/control-client/server-access.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { DataFolder } from './data-folder.ts';
import { type ReachedCluster, reachLocalCluster, reachServer } from './reach-cluster.ts';

/** A cluster that is to execute something. */
export interface ClusterWish {
  readonly cli: Cli;
  /** Of a coordinator elsewhere; without it, the cluster of this machine. */
  readonly server?: string | undefined;
  readonly folder: DataFolder;
  readonly executors: number;
  readonly slots: number;
  readonly withSimulator: boolean;
  /** Benchmark files of users that the simulated model must know, where there is one. Default: none. */
  readonly simulatorBenchmarks?: readonly string[];
  /** Variables with keys that runs on it need. Default: none. */
  readonly keyVariables?: readonly string[];
  readonly notice: (message: string) => void;
}

/**
 * Reaches the cluster elsewhere, or the one of this machine, started if none runs.
 * @throws CliError if it has no simulated model and needs one, or one that does not know the benchmark
 */
export async function reachToRun({ cli, server, notice, ...local }: ClusterWish): Promise<ReachedCluster> {
  if (server !== undefined) return serverWithoutSimulator(cli, server, local.withSimulator);
  const cluster = await reachLocalCluster(
    { ...local, purpose: 'run', environment: cli.environment, notice },
    cli.interrupts.requested,
  );
  if (cluster.kind !== 'attached') return cluster;
  notice(`Using the cluster that already runs on ${local.folder.root}, with its executors.`);
  const lack = local.withSimulator ? lackOf(cluster, local.simulatorBenchmarks ?? []) : undefined;
  if (lack === undefined) return cluster;
  await cluster.close(cli.interrupts.forced);
  const message = `the cluster that runs on ${local.folder.root} has no simulated model${lack}: wait until it has ended, or give another --data-dir`;
  throw new CliError('unreachable', message);
}

function lackOf({ simulatorUrl, simulatorBenchmarks }: ReachedCluster, wanted: readonly string[]): string | undefined {
  if (simulatorUrl === undefined) return '';
  const unknown = wanted.find((file) => !simulatorBenchmarks.includes(file));
  return unknown === undefined ? undefined : ` that knows the benchmark in ${unknown}`;
}

function serverWithoutSimulator(cli: Cli, server: string, withSimulator: boolean): ReachedCluster {
  if (!withSimulator) return reachServer(serverAccess(server, cli));
  throw new CliError(
    'bad-input',
    `the endpoint \`simulated\` exists only on this machine: with --server, or SCALE_SERVER in the environment, name an endpoint that the workers there can reach`,
  );
}
