import type { Command } from 'commander';
import { RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { createRunRecord } from '../../shared/runs/run-record.ts';
import type { Answer, Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import { ClusterEndedError, type ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';
import { createLineView } from '../progress/run-view.ts';
import { findOneRun } from '../runs/find-run.ts';
import { followRun } from '../runs/follow-run.ts';
import { endOf } from '../runs/run-to-its-end.ts';

interface CancelOptions extends ClusterOptions {
  readonly json: boolean;
  readonly reason: string;
}

const withinMs = 60_000;

export function addCancelCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'cancel'))
    .argument('<run>', 'id, start of an id, or name')
    .option('--reason <text>', 'kept in the log', 'cancelled by a person')
    .option('--json', 'print one JSON document', false)
    .action((wanted: string, options: CancelOptions) => cli.answer(options.json, () => cancel(cli, wanted, options)));
}

/**
 * The command that owns the cluster ends with its run, and may take the coordinator away while it is still answering us: then the
 * folder shows what became of the request.
 */
async function cancel(cli: Cli, wanted: string, options: CancelOptions): Promise<Answer> {
  try {
    return await cancelOnce(cli, wanted, options);
  } catch (error) {
    if (!(error instanceof ClusterEndedError)) throw error;
    return await cancelOnce(cli, wanted, options);
  }
}

async function cancelOnce(cli: Cli, wanted: string, options: CancelOptions): Promise<Answer> {
  const signal = cli.interrupts.requested;
  return withCluster(cli, options, async (cluster) => {
    const { runId, status } = await findOneRun(cluster, wanted, signal);
    try {
      if (status !== RunStatus.CANCELLED) await cluster.client.cancelRun(runId, options.reason, signal);
    } catch (error) {
      throw (await endOf(cluster, error)) ?? error;
    }
    await untilOver(cli, cluster, runId);
    return { exitCode: exitCodes.ok, document: { runId, status: 'cancelled' }, text: `Run ${runId} is cancelled.` };
  });
}

/** The request is stored by now. The run is over once its log says so, or once its cluster has ended because of it. */
async function untilOver(cli: Cli, cluster: ReachedCluster, runId: string): Promise<void> {
  const silent = createLineView(() => undefined, cli.notice);
  const late = AbortSignal.timeout(withinMs);
  try {
    const signal = AbortSignal.any([cli.interrupts.requested, late]);
    await followRun({ cluster, record: createRunRecord(runId), view: silent }, signal);
  } catch (error) {
    if ((await endOf(cluster, error)) !== undefined) return;
    if (!late.aborted) throw error;
    const message = `the cancellation of run ${runId} is stored, but ${withinMs / 1_000} s later its log does not show it: look at the coordinator's log`;
    throw new CliError('failed', message, { cause: error });
  }
}
