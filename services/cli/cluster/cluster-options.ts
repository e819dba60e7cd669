import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { serverAccess } from '../../shared/control-client/server-access.ts';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { drawWork } from '../progress/show-work.ts';
import { dataFolderAt, dataFolderName, dataFolderVariable, hasData, nearestDataFolder } from './data-folder.ts';
import { type ReachedCluster, reachLocalCluster, reachServer } from './reach-cluster.ts';

export interface ClusterOptions {
  readonly server?: string;
  readonly dataDir: string;
}

/** --server and --data-dir, for every command that asks a cluster. */
export function addClusterOptions(command: Command): Command {
  return addDataFolderOption(command)
    .addOption(
      new Option('--server <host:port>', 'ask the coordinator there instead of the cluster of this machine')
        .env('SCALE_SERVER')
        .argParser(parseAddress),
    )
    .hook('preAction', (given) => {
      if (given.getOptionValue('server') === '') given.setOptionValue('server', undefined);
    });
}

/** --data-dir, for commands of this machine. It is looked for only by a command that is carried out. */
export function addDataFolderOption(command: Command): Command {
  const where = 'the nearest .scale, here or in a folder above';
  const option = new Option('--data-dir <folder>', "the folder of this machine's cluster")
    .env(dataFolderVariable)
    .default('', where);
  return command.addOption(option).hook('preAction', (given) => {
    if (given.getOptionValue('dataDir') === '') given.setOptionValue('dataDir', nearestDataFolder());
  });
}

/** Reading leaves no folder behind where nothing has run yet. */
export class NothingHereError extends CliError {
  constructor(root: string) {
    const above = root === resolve(dataFolderName) ? `, and no folder above has a ${dataFolderName} with some` : '';
    const where = `${root} holds no data${above}`;
    const remedy = `name the folder with --data-dir or ${dataFolderVariable}, or start a run with \`scale run FILE\``;
    super('bad-input', `there is no run here yet: ${where}; ${remedy}`);
  }
}

/**
 * To read and to steer: nothing is executed, unless another command's cluster does so anyway.
 * @param whereNothingIs what becomes of a folder of this machine that holds no data
 */
export async function reachCluster(
  cli: Cli,
  options: ClusterOptions,
  whereNothingIs: 'refuse' | 'begin' = 'refuse',
): Promise<ReachedCluster> {
  if (options.server !== undefined) return reachServer(serverAccess(options.server, cli));
  const folder = dataFolderAt(options.dataDir);
  if (whereNothingIs === 'refuse' && !hasData(folder)) throw new NothingHereError(folder.root);
  const settings = {
    ...({ folder, purpose: 'read', executors: 0, slots: 0, withSimulator: false } as const),
    ...{ environment: cli.environment, notice: cli.notice },
  };
  return drawWork(cli, () => 'starting the cluster of this machine', reachLocalCluster(settings, cli.interrupts.requested));
}

/** Reaches a cluster, asks it, and lets it go, whatever happens. */
export async function withCluster<Result>(
  cli: Cli,
  options: ClusterOptions,
  ask: (cluster: ReachedCluster) => Promise<Result>,
  whereNothingIs: 'refuse' | 'begin' = 'refuse',
): Promise<Result> {
  const cluster = await reachCluster(cli, options, whereNothingIs);
  try {
    return await ask(cluster);
  } finally {
    await cluster.close(cli.interrupts.forced);
  }
}

/** Nothing stands for no server: that is how a variable is left out. */
export function parseAddress(text: string): string {
  if (text.trim() === '') return '';
  const port = Number(/^(?:tls:\/\/)?(?:[^:/]+|\[[^\]/]+\]):(\d{1,5})$/.exec(text)?.[1]);
  if (port >= 1 && port <= 65_535) return text;
  throw new InvalidArgumentError('it must be host:port, for example localhost:7070, or tls://host:port.');
}
