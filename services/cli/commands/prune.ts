import type { Command } from 'commander';
import { ControlError } from '../../shared/control-client/control-error.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { dataFolderAt } from '../cluster/data-folder.ts';
import { addNamed } from '../command-words.ts';
import { countUpTo } from '../parse-count.ts';
import { deleteEach, describeGone } from '../runs/delete-runs.ts';
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
  const kept: { readonly runId: string; readonly why: string }[] = [];
  const gone = await withCluster(cli, options, async ({ client, kind }) => {
    const { runs } = await client.listRuns(cli.interrupts.requested);
    const old = runsToPrune(runs, options, { cluster: kind, nowMs: Date.now() });
    const deletion = { folder: dataFolderAt(options.dataDir), dryRun, notice: cli.notice };
    return deleteEach(old, deletion, async ({ runId }, before) => {
      const isGone = (wanted: string): boolean => before.some((each) => each.runId === wanted);
      if (isGone(runId)) return [];
      try {
        const deleted = await client.deleteRuns({ runIds: [runId], dryRun }, cli.interrupts.requested);
        return deleted.runs.filter((each) => !isGone(each.runId));
      } catch (error) {
        // One that may not be deleted now keeps no other.
        if (!(error instanceof ControlError && error.kind === 'conflict')) throw error;
        kept.push({ runId, why: error.message });
        return [];
      }
    });
  });
  const lines = [describeGone(gone, dryRun), ...kept.map(({ why }) => `Kept: ${why}.`)].filter((line) => line !== '');
  const text = lines.length === 0 ? 'No run here may go by this rule.' : lines.join('\n');
  return { exitCode: exitCodes.ok, document: { dryRun, deleted: gone, kept }, text };
}
