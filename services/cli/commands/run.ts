import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { type RunFile, readRunFile } from '../../shared/config/run-file.ts';
import { RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { ControlError } from '../../shared/control-client/control-error.ts';
import { type Answer, type Cli, interruptedError } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import { addClusterOptions, type ClusterOptions } from '../cluster/cluster-options.ts';
import { type DataFolder, dataFolderAt } from '../cluster/data-folder.ts';
import { ClusterEndedError, type ReachedCluster, reachLocalCluster, reachServer } from '../cluster/reach-cluster.ts';
import { exitCodes } from '../exit-codes.ts';
import { InterruptedError } from '../interrupts.ts';
import type { RunView } from '../progress/run-view.ts';
import { answerWithReport } from '../runs/answer-with-report.ts';
import { archiveRun, type RunArchive } from '../runs/archive-run.ts';
import { exitCodeOfStatus } from '../runs/describe-runs.ts';
import { followRun } from '../runs/follow-run.ts';
import { createRunRecord, type RunRecord } from '../runs/run-record.ts';
import { asFreshRun, needsSimulator, refuseMissingKeys, startRunRequestOf } from '../runs/run-request.ts';

const endWithinMs = 5_000;

interface RunOptions extends ClusterOptions {
  readonly json: boolean;
  readonly fresh: boolean;
  readonly executors?: number;
  readonly slots?: number;
}

export function addRunCommand(program: Command, cli: Cli): void {
  addClusterOptions(
    program.command('run').description('run the search that a file describes, or continue it, and write its report'),
  )
    .argument('<file>', 'the run file, see docs/run-file.md')
    .option('--executors <n>', 'executors of the cluster on this machine', parseCount)
    .option('--slots <n>', 'jobs in flight per executor', parseCount)
    .option('--fresh', 'start the same search again as a run of its own, beside the earlier one', false)
    .option('--json', 'print one JSON document at the end; progress goes to stderr', false)
    .action((file: string, options: RunOptions) => cli.answer(options.json, () => run(cli, file, options)));
}

async function run(cli: Cli, path: string, options: RunOptions): Promise<Answer> {
  const file = await readRunFile(path);
  if (options.server === undefined) refuseMissingKeys(file, cli.environment);
  const folder = dataFolderAt(options.dataDir);
  const view = cli.openView(options.json);
  try {
    const { archive, record } = await runToItsEnd({ cli, options, folder, file, view });
    view.close();
    const { status, failure } = record.state();
    if (failure !== undefined) cli.notice(`scale: run ${record.runId} failed: ${failure.message}`);
    return answerWithReport(exitCodeOfStatus(status), archive);
  } finally {
    view.close();
  }
}

interface Undertaking {
  readonly cli: Cli;
  readonly options: RunOptions;
  readonly folder: DataFolder;
  readonly file: RunFile;
  readonly view: RunView;
}

interface FinishedRun {
  readonly archive: RunArchive;
  readonly record: RunRecord;
}

/** On this machine, the cluster of another command may end before our run does: then we start one and go on. */
async function runToItsEnd(undertaking: Undertaking): Promise<FinishedRun> {
  for (;;) {
    const cluster = await reach(undertaking);
    try {
      return await runOn(cluster, undertaking);
    } catch (error) {
      const ended = error instanceof ClusterEndedError ? error : await endOf(cluster, error);
      if (ended === undefined) throw error;
      undertaking.view.notice(`${ended.message}; going on with a cluster of our own.`);
    } finally {
      await cluster.close(undertaking.cli.interrupts.forced);
    }
  }
}

/** A joined cluster that does not answer is most likely on its way down: its end explains the error. */
async function endOf(cluster: ReachedCluster, error: unknown): Promise<Error | undefined> {
  const isUnreachable = error instanceof ControlError && error.kind === 'unreachable';
  if (cluster.kind !== 'attached' || !isUnreachable) return undefined;
  return Promise.race([cluster.lost, sleep(endWithinMs, undefined)]);
}

async function reach({ cli, options, folder, file, view }: Undertaking): Promise<ReachedCluster> {
  if (options.server !== undefined) {
    const cluster = reachServer(options.server);
    if (!needsSimulator(file)) return cluster;
    await cluster.close(cli.interrupts.forced);
    throw new CliError(
      exitCodes.badInput,
      `the endpoint \`simulated\` exists only on this machine: with --server, name an endpoint that the workers there can reach`,
    );
  }
  const cluster = await reachLocalCluster(
    {
      folder,
      purpose: 'run',
      executors: options.executors ?? file.cluster.executors,
      slots: options.slots ?? file.cluster.slots,
      withSimulator: needsSimulator(file),
      environment: cli.environment,
      notice: view.notice,
    },
    cli.interrupts.requested,
  );
  if (cluster.kind === 'attached') {
    view.notice(`Using the cluster that already runs on ${folder.root}, with its executors.`);
    if (needsSimulator(file) && cluster.simulatorUrl === undefined) {
      await cluster.close(cli.interrupts.forced);
      const message = `the cluster that runs on ${folder.root} has no simulated model: wait until it has ended, or give another --data-dir`;
      throw new CliError(exitCodes.notReachable, message);
    }
  }
  return cluster;
}

async function runOn(cluster: ReachedCluster, { cli, options, folder, file, view }: Undertaking): Promise<FinishedRun> {
  const signal = cli.interrupts.requested;
  const chosen = options.fresh ? asFreshRun(file, await idsOf(cluster, signal)) : file;
  const message = startRunRequestOf(chosen, cluster.simulatorUrl);
  const { runId, continued, status } = await cluster.client.startRun(message, signal);
  if (continued) view.notice(describeContinuation(runId, status));
  if (status === RunStatus.PAUSED) await cluster.client.resumeRun(runId, signal);
  const record = createRunRecord(runId);
  try {
    // A coordinator that was started anew goes on with nothing until it is told to.
    const onReconnect = (limit: AbortSignal): Promise<unknown> => cluster.client.startRun(message, limit);
    await followRun({ cluster, record, view, onReconnect }, signal);
  } catch (error) {
    throw error instanceof InterruptedError ? interruptedRun(error, cluster, record) : error;
  }
  const archive = await archiveRun(folder, record, chosen.benchmark);
  return { archive, record };
}

async function idsOf(cluster: ReachedCluster, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const { runs } = await cluster.client.listRuns(signal);
  return new Set(runs.map(({ runId }) => runId));
}

function describeContinuation(runId: string, status: RunStatus): string {
  const isOver = status === RunStatus.COMPLETED || status === RunStatus.CANCELLED || status === RunStatus.FAILED;
  return isOver
    ? `Run ${runId} has ended before: this is its report again, at no cost. --fresh runs the search once more.`
    : `Continuing run ${runId}.`;
}

function interruptedRun(error: InterruptedError, cluster: ReachedCluster, record: RunRecord): CliError {
  const where = record.events.length === 0 ? '' : ` in round ${record.state().rounds.length}`;
  const next =
    cluster.kind === 'own'
      ? 'the same command continues it'
      : `it goes on there: \`scale watch ${record.runId}\` shows it, \`scale cancel ${record.runId}\` ends it`;
  return interruptedError(error, `${error.message}${where} of run ${record.runId}; ${next}`);
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 1_024)
    throw new InvalidArgumentError('it must be a whole number from 1 to 1024.');
  return count;
}
