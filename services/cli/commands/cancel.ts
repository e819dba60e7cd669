import type { Command } from 'commander';
import type { Answer, Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { exitCodes } from '../exit-codes.ts';
import { createLineView } from '../progress/run-view.ts';
import { findRun } from '../runs/find-run.ts';
import { followRun } from '../runs/follow-run.ts';
import { createRunRecord } from '../runs/run-record.ts';

interface CancelOptions extends ClusterOptions {
  readonly json: boolean;
  readonly reason: string;
}

const withinMs = 60_000;

export function addCancelCommand(program: Command, cli: Cli): void {
  addClusterOptions(program.command('cancel').description('end a run for good; what it found so far stays'))
    .argument('<run>', 'id, start of an id, or name')
    .option('--reason <text>', 'kept in the log', 'cancelled by a person')
    .option('--json', 'print one JSON document', false)
    .action((wanted: string, options: CancelOptions) => cli.answer(options.json, () => cancel(cli, wanted, options)));
}

async function cancel(cli: Cli, wanted: string, options: CancelOptions): Promise<Answer> {
  const signal = cli.interrupts.requested;
  return withCluster(cli, options, async (cluster) => {
    const { runId } = await findRun(cluster, wanted, signal);
    await cluster.client.cancelRun(runId, options.reason, signal);
    // The coordinator has taken the wish; the run is over once its log says so.
    const record = createRunRecord(runId);
    const silent = createLineView(() => undefined, cli.notice);
    await followRun({ cluster, record, view: silent }, AbortSignal.any([signal, AbortSignal.timeout(withinMs)]));
    const { status } = record.state();
    return { exitCode: exitCodes.ok, document: { runId, status }, text: `Run ${runId} is ${status}.` };
  });
}
