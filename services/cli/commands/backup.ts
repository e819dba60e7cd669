import { resolve } from 'node:path';
import type { Command } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { writeBackup } from '../backups/backup-file.ts';
import { backupDocument, backupTable, countsOf, formatBytes } from '../backups/describe-backup.ts';
import type { Answer, Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';
import { chooseRun } from '../runs/find-run.ts';

interface BackupOptions extends ClusterOptions {
  readonly json: boolean;
  readonly run?: readonly string[];
  readonly force: boolean;
}

export function addBackupCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'backup'))
    .argument('<file>', 'where to')
    .option('--run <run...>', 'only these runs: their ids, starts of ids, or names')
    .option('--force', 'replace the file if it is there', false)
    .option('--json', 'print one JSON document', false)
    .action((file: string, options: BackupOptions) =>
      cli.answer(options.json, () => withCluster(cli, options, (cluster) => backUp(cluster, file, options, cli))),
    );
}

async function backUp({ client }: ReachedCluster, file: string, { run, force }: BackupOptions, cli: Cli): Promise<Answer> {
  const signal = cli.interrupts.requested;
  const runIds = await idsOf({ client }, run ?? [], signal);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for await (const { piece } of client.backup({ runIds }, signal)) yield piece;
    // The stream ends then as it does at its end.
    signal.throwIfAborted();
  };
  const made = await writeBackup(resolve(file), pieces(), force);
  return {
    exitCode: exitCodes.ok,
    document: backupDocument(resolve(file), made),
    text: `Copied ${countsOf(made.contents)} to ${file} (${formatBytes(made.bytes)}).\n${backupTable(made)}`,
  };
}

async function idsOf(
  { client }: Pick<ReachedCluster, 'client'>,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<string[]> {
  if (wanted.length === 0) return [];
  const { runs } = await client.listRuns(signal);
  return [...new Set(wanted.map((each) => chooseRun(runs, each).runId))];
}
