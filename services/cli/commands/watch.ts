import type { Command } from 'commander';
import { readRun } from '../../shared/runs/read-run.ts';
import { createRunRecord, type RunRecord } from '../../shared/runs/run-record.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { ClusterEndedError, type ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';
import type { RunView } from '../progress/run-view.ts';
import { exitCodeOfStatus, runDocument } from '../runs/describe-runs.ts';
import { findRun } from '../runs/find-run.ts';
import { followRun } from '../runs/follow-run.ts';

interface WatchOptions extends ClusterOptions {
  readonly json: boolean;
}

export function addWatchCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'watch'))
    .argument('[run]', 'id, start of an id, or name; default: the newest run')
    .option('--json', 'print one JSON document at the end; progress goes to stderr', false)
    .action((wanted: string | undefined, options: WatchOptions) => cli.answer(options.json, () => watch(cli, wanted, options)));
}

async function watch(cli: Cli, wanted: string | undefined, options: WatchOptions): Promise<Answer> {
  const view = cli.openView(options.json);
  try {
    let record: RunRecord | undefined;
    for (;;) {
      try {
        return await watchOnce();
      } catch (error) {
        // Another command's cluster ends with that command; the rest of the log is read without it.
        if (!(error instanceof ClusterEndedError)) throw error;
      }
    }

    function watchOnce(): Promise<Answer> {
      return withCluster(cli, options, async (cluster) => {
        record ??= createRunRecord((await findRun(cluster, wanted, cli.interrupts.requested)).runId);
        return show(cli, cluster, record, view);
      });
    }
  } finally {
    view.close();
  }
}

async function show(cli: Cli, cluster: ReachedCluster, record: RunRecord, view: RunView): Promise<Answer> {
  const signal = cli.interrupts.requested;
  if (cluster.kind === 'own') await readRun(cluster, record, signal, (event) => view.event(event, record.state()));
  else await followRun({ cluster, record, view }, signal);
  // Nothing continues a run whose cluster is gone, so there is nothing to wait for.
  if (!record.isOver()) {
    const message = `run ${record.runId} is interrupted: \`scale run\` with its file continues it`;
    throw new CliError('unsuccessful', message);
  }
  const { summary } = await cluster.client.getRun(record.runId, signal);
  const document = summary === undefined ? { runId: record.runId } : runDocument(summary);
  return { exitCode: exitCodeOfStatus(record.state().status), document, text: '' };
}
