import type { Command } from 'commander';
import type { DeletedRun, RunSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { ControlError } from '../../shared/control-client/control-error.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';
import { countUpTo } from '../parse-count.ts';
import { describeGone, removeFolders } from '../runs/delete-runs.ts';
import { addRunFilter } from '../runs/filter-options.ts';
import { type PruneRule, runsToPrune } from '../runs/runs-to-prune.ts';
import { parseAge } from '../runs/select-runs.ts';

interface PruneOptions extends ClusterOptions, PruneRule {
  readonly json: boolean;
  readonly dryRun: boolean;
}

export function addPruneCommand(program: Command, cli: Cli): void {
  const command = addNamed(program, 'prune');
  addRunFilter(addClusterOptions(command))
    .option('--older-than <age>', 'runs that were started longer ago, such as 12h, 30d or 8w', parseAge)
    .option('--keep <n>', 'of each name, all but the newest n', countUpTo(1_000_000))
    .option('--dry-run', 'only say what would be deleted', false)
    .option('--json', 'print one JSON document', false)
    .action((options: PruneOptions) => cli.answer(options.json, () => prune(cli, options)));
}

async function prune(cli: Cli, options: PruneOptions): Promise<Answer> {
  const { dryRun } = options;
  if (options.olderThan === undefined && options.keep === undefined) {
    throw new CliError('bad-input', 'say which runs may go: --older-than AGE, such as 30d, or --keep N, the newest of each name');
  }
  const { deleted, kept } = await withCluster(cli, options, async (cluster) => {
    const { runs } = await cluster.client.listRuns(cli.interrupts.requested);
    return deleteEach(cluster, runsToPrune(runs, options, { cluster: cluster.kind, nowMs: Date.now() }), dryRun, cli);
  });
  const gone = await removeFolders(deleted, dataFolderAt(options.dataDir), dryRun);
  const lines = [describeGone(gone, dryRun), ...kept.map(({ why }) => `Kept: ${why}.`)].filter((line) => line !== '');
  const text = lines.length === 0 ? 'No run here may go by this rule.' : lines.join('\n');
  return { exitCode: exitCodes.ok, document: { dryRun, deleted: gone, kept }, text };
}

/** One that may not be deleted now keeps no other. */
async function deleteEach(
  { client }: ReachedCluster,
  runs: readonly RunSummary[],
  dryRun: boolean,
  cli: Cli,
): Promise<{ readonly deleted: readonly DeletedRun[]; readonly kept: readonly { runId: string; why: string }[] }> {
  const deleted: DeletedRun[] = [];
  const kept: { runId: string; why: string }[] = [];
  for (const { runId } of runs) {
    if (deleted.some((each) => each.runId === runId)) continue;
    try {
      const answer = await client.deleteRuns({ runIds: [runId], dryRun }, cli.interrupts.requested);
      deleted.push(...answer.runs.filter((each) => !deleted.some((before) => before.runId === each.runId)));
    } catch (error) {
      if (!(error instanceof ControlError && error.kind === 'conflict')) throw error;
      kept.push({ runId, why: error.message });
    }
  }
  return { deleted, kept };
}
