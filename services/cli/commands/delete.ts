import type { Command } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import { addNamed } from '../command-words.ts';
import { describeGone, removeFolders } from '../runs/delete-runs.ts';
import { findOneRun } from '../runs/find-run.ts';

interface DeleteOptions extends ClusterOptions {
  readonly json: boolean;
  readonly dryRun: boolean;
}

export function addDeleteCommand(program: Command, cli: Cli): void {
  const command = addNamed(program, 'delete');
  addClusterOptions(command)
    .argument('<runs...>', 'ids, starts of ids, or names that only one run has')
    .option('--dry-run', 'only say what would be deleted', false)
    .option('--json', 'print one JSON document', false)
    .action((wanted: string[], options: DeleteOptions) => cli.answer(options.json, () => deleteRuns(cli, wanted, options)));
}

async function deleteRuns(cli: Cli, wanted: readonly string[], options: DeleteOptions): Promise<Answer> {
  const { dryRun } = options;
  const signal = cli.interrupts.requested;
  const { runs } = await withCluster(cli, options, async ({ client }) => {
    const found = await Promise.all(wanted.map((each) => findOneRun({ client }, each, signal)));
    return client.deleteRuns({ runIds: found.map(({ runId }) => runId), dryRun }, signal);
  });
  const gone = await removeFolders(runs, dataFolderAt(options.dataDir), dryRun);
  return { exitCode: exitCodes.ok, document: { dryRun, deleted: gone }, text: describeGone(gone, dryRun) };
}
