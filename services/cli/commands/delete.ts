import type { Command } from 'commander';
import type { RunSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { type DataFolder, dataFolderAt } from '../cluster/data-folder.ts';
import { addNamed } from '../command-words.ts';
import { deleteEach, describeGone, folderOf } from '../runs/delete-runs.ts';
import { chooseOneRun } from '../runs/find-run.ts';

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
  const folder = dataFolderAt(options.dataDir);
  const gone = await withCluster(cli, options, async ({ client }) => {
    const { runs } = await client.listRuns(signal);
    const leftOver = options.server === undefined ? await leftOverOf(wanted, runs, folder) : [];
    const found = wanted.filter((each) => !leftOver.includes(each)).map((each) => chooseOneRun(runs, each));
    // All of them, or none if one may not be deleted now; each evaluation before its run.
    const asked = { runIds: found.map(({ runId }) => runId), dryRun: true };
    const doomed = found.length === 0 ? [] : (await client.deleteRuns(asked, signal)).runs;
    const all = [...leftOver.map((runId) => ({ runId, memory: false })), ...doomed];
    return deleteEach(all, { folder, dryRun, notice: cli.notice }, async (run) => {
      if (dryRun || leftOver.includes(run.runId)) return [run];
      const deleted = await client.deleteRuns({ runIds: [run.runId], dryRun }, signal);
      return deleted.runs.map((each) => (each.runId === run.runId ? run : each));
    });
  });
  return { exitCode: exitCodes.ok, document: { dryRun, deleted: gone }, text: describeGone(gone, dryRun) };
}

/**
 * The runs that the cluster of this machine does not know and that have a folder here: whoever deleted one was killed before it
 * had removed that, or its report was written later.
 */
async function leftOverOf(wanted: readonly string[], runs: readonly RunSummary[], folder: DataFolder): Promise<string[]> {
  const unknown = wanted.filter((each) => runs.every(({ runId, name }) => name !== each && !runId.startsWith(each)));
  const folders = await Promise.all(unknown.map((each) => folderOf(folder, each)));
  return unknown.filter((_, place) => folders[place] !== null);
}
