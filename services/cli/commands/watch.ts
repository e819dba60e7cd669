import type { Command } from 'commander';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { exitCodes } from '../exit-codes.ts';
import { exitCodeOfStatus, runDocument } from '../runs/describe-runs.ts';
import { findRun } from '../runs/find-run.ts';
import { followRun, readRun } from '../runs/follow-run.ts';
import { createRunRecord } from '../runs/run-record.ts';

interface WatchOptions extends ClusterOptions {
  readonly json: boolean;
}

export function addWatchCommand(program: Command, cli: Cli): void {
  addClusterOptions(program.command('watch').description('show a run from its first event until it ends'))
    .argument('[run]', 'id, start of an id, or name; default: the newest run')
    .option('--json', 'print one JSON document at the end; progress goes to stderr', false)
    .action((wanted: string | undefined, options: WatchOptions) => cli.answer(options.json, () => watch(cli, wanted, options)));
}

async function watch(cli: Cli, wanted: string | undefined, options: WatchOptions): Promise<Answer> {
  const signal = cli.interrupts.requested;
  return withCluster(cli, options, async (cluster) => {
    const { runId } = await findRun(cluster, wanted, signal);
    const record = createRunRecord(runId);
    const view = cli.openView(options.json);
    try {
      if (cluster.kind === 'own') await readRun(cluster, record, signal, (event) => view.event(event, record.state()));
      else await followRun({ cluster, record, view }, signal);
    } finally {
      view.close();
    }
    // Nobody goes on with a run while its cluster is not there, so there is nothing to wait for.
    if (!record.isOver())
      throw new CliError(exitCodes.endedWithoutSuccess, `run ${runId} stands still: \`scale run\` with its file continues it`);
    const { summary } = await cluster.client.getRun(runId, signal);
    const document = summary === undefined ? { runId } : runDocument(summary);
    return { exitCode: exitCodeOfStatus(record.state().status), document, text: '' };
  });
}
