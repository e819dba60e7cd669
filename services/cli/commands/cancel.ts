import type { Command } from 'commander';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { createRunRecord, type RunRecord } from '../../shared/runs/run-record.ts';
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
    const { runId } = await findOneRun(cluster, wanted, signal);
    try {
      // Of one that was cancelled before, too: whoever drove it may have died before its log said so.
      await cluster.client.cancelRun(runId, options.reason, signal);
    } catch (error) {
      throw (await endOf(cluster, error)) ?? error;
    }
    const record = await untilOver(cli, cluster, runId);
    if (record?.isOver() && record.state().status !== 'cancelled') throw endedBefore(runId, record.state().status);
    return { exitCode: exitCodes.ok, document: { runId, status: 'cancelled' }, text: `Run ${runId} is cancelled.` };
  });
}

function endedBefore(runId: string, status: string): CliError {
  return new CliError('conflict', `run ${runId} had already ended (${status}), and stays as it ended`);
}

/**
 * The request is stored by now. The run is over once its log says so, or once its cluster has ended because of it.
 * @returns its log; undefined in the second case
 */
async function untilOver(cli: Cli, cluster: ReachedCluster, runId: string): Promise<RunRecord | undefined> {
  const silent = createLineView(() => undefined, cli.notice);
  const late = AbortSignal.timeout(withinMs);
  try {
    const signal = AbortSignal.any([cli.interrupts.requested, late]);
    const record = createRunRecord(runId);
    await followRun({ cluster, record, view: silent }, signal);
    return record;
  } catch (error) {
    if ((await endOf(cluster, error)) !== undefined) return undefined;
    if (!late.aborted) throw error;
    const message = `the cancellation of run ${runId} is stored, but ${withinMs / 1_000} s later its log does not show it: look at the coordinator's log`;
    throw new CliError('failed', message, { cause: error });
  }
}
