import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
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
  readonly notice: (message: string) => void;
}

/**
 * Reaches the cluster elsewhere, or the one of this machine, started if none runs.
 * @throws CliError if it has no simulated model and needs one
 */
export async function reachToRun({ cli, server, notice, ...local }: ClusterWish): Promise<ReachedCluster> {
  if (server !== undefined) return serverWithoutSimulator(server, local.withSimulator);
  const cluster = await reachLocalCluster(
    { ...local, purpose: 'run', environment: cli.environment, notice },
    cli.interrupts.requested,
  );
  if (cluster.kind !== 'attached') return cluster;
  notice(`Using the cluster that already runs on ${local.folder.root}, with its executors.`);
  if (!local.withSimulator || cluster.simulatorUrl !== undefined) return cluster;
  await cluster.close(cli.interrupts.forced);
  const message = `the cluster that runs on ${local.folder.root} has no simulated model: wait until it has ended, or give another --data-dir`;
  throw new CliError(exitCodes.notReachable, message);
}

function serverWithoutSimulator(server: string, withSimulator: boolean): ReachedCluster {
  if (!withSimulator) return reachServer(server);
  throw new CliError(
    exitCodes.badInput,
    `the endpoint \`simulated\` exists only on this machine: with --server, name an endpoint that the workers there can reach`,
  );
}
