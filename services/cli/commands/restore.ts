import type { Command } from 'commander';
import type { RestoreRequest, RestoreResponse } from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { type CheckedBackup, checkBackup, readBackupFile } from '../backups/backup-file.ts';
import { backupDocument, backupTable, countsOf } from '../backups/describe-backup.ts';
import type { Answer, Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';

interface RestoreOptions extends ClusterOptions {
  readonly json: boolean;
  readonly check: boolean;
  readonly beside: boolean;
  readonly pause: boolean;
}

export function addRestoreCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'restore'))
    .argument('<file>', 'what `scale backup` has written')
    .option('--check', 'only read the file, and say what it holds; no cluster is asked', false)
    .option('--beside', 'also into a cluster that has other runs and sweeps, which stay', false)
    .option('--pause', 'runs that were going on wait until they are resumed', false)
    .option('--json', 'print one JSON document', false)
    .action((file: string, options: RestoreOptions) => cli.answer(options.json, () => restore(file, options, cli)));
}

async function restore(file: string, options: RestoreOptions, cli: Cli): Promise<Answer> {
  // All of it, before anything is written.
  const backup = await checkBackup(file);
  if (options.check) {
    return {
      exitCode: exitCodes.ok,
      document: backupDocument(file, backup),
      text: `${file} is whole: ${countsOf(backup.contents)}.\n${backupTable(backup)}`,
    };
  }
  const restoreTo = async ({ client, kind }: ReachedCluster): Promise<Answer> => {
    const restored = await client.restore(requestsOf(file, backup, options), cli.interrupts.requested);
    return {
      exitCode: exitCodes.ok,
      document: { file, ...restored },
      text: describe(restored, { backup, kind, isPaused: options.pause }),
    };
  };
  return await withCluster(cli, options, restoreTo, 'begin');
}

async function* requestsOf(
  file: string,
  { contents }: CheckedBackup,
  { beside, pause }: RestoreOptions,
): AsyncGenerator<RestoreRequest> {
  const held = pause ? { pauseReason: 'it was restored from a backup, and waits to be resumed' } : {};
  yield { body: { $case: 'plan', value: { contents, besideOthers: beside, ...held } } };
  for await (const piece of readBackupFile(file)) yield { body: { $case: 'piece', value: piece } };
}

interface Restored {
  readonly backup: CheckedBackup;
  readonly kind: ReachedCluster['kind'];
  readonly isPaused: boolean;
}

function describe(response: RestoreResponse, { backup: { contents }, kind, isPaused }: Restored): string {
  const { runIds, sweepIds, presentRunIds, presentSweepIds, memories } = response;
  const come = {
    ...contents,
    runs: contents.runs.filter(({ runId }) => runIds.includes(runId)),
    sweeps: contents.sweeps.filter(({ sweepId }) => sweepIds.includes(sweepId)),
    memories,
  };
  const present = [...presentRunIds, ...presentSweepIds];
  const going = come.runs.filter(({ status }) => !hasEnded(status)).map(({ runId }) => runId);
  const lines = [
    `Restored ${countsOf(come)}.`,
    ...(present.length === 0 ? [] : [`Already here, and left as they are: ${present.join(', ')}.`]),
    ...(going.length === 0 ? [] : [`${going.join(', ')}: ${whatNow(kind, isPaused)}`]),
  ];
  return lines.join('\n');
}

function whatNow(kind: ReachedCluster['kind'], isPaused: boolean): string {
  if (isPaused) return 'paused; `scale resume RUN` lets each go on.';
  return kind === 'server' ? 'going on.' : 'each goes on once its command is given again, `scale run FILE`.';
}
