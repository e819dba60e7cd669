import { setTimeout as sleep } from 'node:timers/promises';
import { isEvaluation } from '../../domain/eval/is-evaluation.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import { type MemorySummary, RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { ControlError } from '../../shared/control-client/control-error.ts';
import { secretVariablesOf } from '../../shared/models/key-bindings.ts';
import { type Cli, interruptedError } from '../cli.ts';
import type { CliError } from '../cli-error.ts';
import type { DataFolder } from '../cluster/data-folder.ts';
import { ClusterEndedError, type ReachedCluster } from '../cluster/reach-cluster.ts';
import { reachToRun } from '../cluster/reach-to-run.ts';
import { InterruptedError } from '../interrupts.ts';
import type { RunView } from '../progress/run-view.ts';
import { sayWhileWaiting } from '../progress/say-while-waiting.ts';
import { chooseRun } from './choose-run.ts';
import { findRun } from './find-run.ts';
import { followRun } from './follow-run.ts';
import { createRunRecord, type RunRecord } from './run-record.ts';
import { needsSimulator, startRunRequestOf } from './run-request.ts';

export interface Undertaking<Result> {
  readonly cli: Cli;
  readonly options: UndertakingOptions;
  readonly folder: DataFolder;
  readonly file: RunFile;
  readonly view: RunView;
  /** Told how the run begins, whether it was there before; by default the view tells people what that means. */
  begun?(continued: boolean, status: RunStatus): void;
  /** What is wanted of the run once it is over, asked while its cluster is still there. */
  collect(ended: EndedRun, signal: AbortSignal): Promise<Result>;
}

export interface UndertakingOptions {
  readonly server?: string;
  /** Start a run of its own if there is such a one already. */
  readonly fresh: boolean;
  /** Go on with this run (id, start of an id, or name), whatever the file says now. */
  readonly continue?: string;
  readonly executors?: number;
  readonly slots?: number;
}

export interface EndedRun {
  readonly cluster: ReachedCluster;
  readonly record: RunRecord;
  /** As it was run. */
  readonly file: RunFile;
}

const endWithinMs = 5_000;
const patienceMs = 60_000;
const pauseMs = 500;

/**
 * Starts a run or goes on with it, until it is over. On this machine, the cluster of another command may end before our run
 * does: then we start one and go on.
 * @throws CliError, or a ControlError
 */
export async function runToItsEnd<Result>(undertaking: Undertaking<Result>): Promise<Result> {
  for (;;) {
    const cluster = await reachFor(undertaking);
    try {
      return await runOn(cluster, undertaking);
    } catch (error) {
      const ended = await endOf(cluster, error);
      if (ended === undefined) throw error;
      undertaking.view.notice(`${ended.message}; going on with a cluster of our own.`);
    } finally {
      await cluster.close(undertaking.cli.interrupts.forced);
    }
  }
}

function reachFor({ cli, options, folder, file, view }: Undertaking<unknown>): Promise<ReachedCluster> {
  const { server, executors = file.cluster.executors, slots = file.cluster.slots } = options;
  const { benchmarkFile } = file;
  return reachToRun({
    ...{ cli, server, folder, executors, slots },
    withSimulator: needsSimulator(file),
    simulatorBenchmarks: benchmarkFile === undefined ? [] : [benchmarkFile],
    keyVariables: file.endpoints.flatMap(secretVariablesOf),
    notice: view.notice,
  });
}

/**
 * The end of the cluster, if that is what an error came of: another command's that we had joined. One that does not answer is
 * most likely on its way down.
 */
export async function endOf(cluster: ReachedCluster, error: unknown): Promise<Error | undefined> {
  if (error instanceof ClusterEndedError) return error;
  const isUnreachable = error instanceof ControlError && error.kind === 'unreachable';
  if (cluster.kind !== 'attached' || !isUnreachable) return undefined;
  return Promise.race([cluster.lost, sleep(endWithinMs, undefined)]);
}

/** The same on a cluster that has been reached. */
export async function runOn<Result>(cluster: ReachedCluster, undertaking: Undertaking<Result>): Promise<Result> {
  const { cli, options, file, view } = undertaking;
  const signal = cli.interrupts.requested;
  const { fresh, continue: wanted } = options;
  const asked = <Response>(call: () => Promise<Response>): Promise<Response> =>
    sayWhileWaiting(
      view.notice,
      () => ({ what: 'the coordinator has not taken the run yet', until: 'it is asked again until it answers' }),
      patiently(cluster, call, signal),
    );
  const { file: chosen, notices } = await asked(async () => {
    const goOnWith = wanted === undefined ? undefined : (await findRun(cluster, wanted, signal)).runId;
    return chooseRun(cluster, { file, fresh, continued: goOnWith }, signal);
  });
  const message = startRunRequestOf(chosen, cluster.simulatorUrl);
  await cluster.bindKeys(message.endpoints);
  const response = await asked(() => cluster.client.startRun(message, signal));
  const { runId, continued, status, memory, missingResults } = response;
  if (undertaking.begun !== undefined) undertaking.begun(continued, status);
  else for (const notice of notices) view.notice(notice);
  if (undertaking.begun === undefined && memory !== undefined && isSearchWithoutMemory(chosen))
    view.notice(describeUnused(memory));
  if (missingResults !== undefined) view.notice(describeMissing(runId, missingResults));
  if (status === RunStatus.PAUSED) await cluster.client.resumeRun(runId, signal);
  const record = createRunRecord(runId);
  try {
    // A coordinator that was started anew goes on with nothing until it is told to.
    const onReconnect = async (limit: AbortSignal): Promise<void> => {
      const again = await cluster.client.startRun(message, limit);
      if (!again.continued && record.events.length > 0) view.notice(describeLoss(runId));
    };
    await followRun({ cluster, record, view, onReconnect }, signal);
  } catch (error) {
    throw error instanceof InterruptedError ? interruptedRun(error, cluster, record) : error;
  }
  return undertaking.collect({ cluster, record, file: chosen }, signal);
}

/** For calls that may be repeated. On this machine an answer that does not come means that the machine is busy: hours of work must not end there. */
async function patiently<Response>(
  cluster: ReachedCluster,
  call: () => Promise<Response>,
  signal: AbortSignal,
): Promise<Response> {
  const deadline = performance.now() + (cluster.kind === 'own' ? patienceMs : 0);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const isUnreachable = error instanceof ControlError && error.kind === 'unreachable';
      if (!isUnreachable || signal.aborted || performance.now() > deadline) throw error;
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

function isSearchWithoutMemory({ configuration }: RunFile): boolean {
  return configuration.search.memory !== true && !isEvaluation(configuration);
}

function describeUnused({ runs, rows, executions }: MemorySummary): string {
  const kept = `${executions} executions of ${rows} workflows from ${runs} earlier run${runs === 1 ? '' : 's'} on these queries`;
  return `Not used: what the cluster remembers, ${kept}. With \`search: { memory: on }\` a run begins from there.`;
}

function describeMissing(runId: string, count: number): string {
  return (
    `Note: the results of ${count} executions of run ${runId} are no more in the cluster's store, which keeps them for two weeks; ` +
    'if these are younger, its files were damaged. The run goes on: its log has their scores and tokens.'
  );
}

function describeLoss(runId: string): string {
  return `The cluster has lost run ${runId}, with the store of NATS: it was started again from its file, and is paid for again.`;
}

function interruptedRun(error: InterruptedError, cluster: ReachedCluster, record: RunRecord): CliError {
  const where = record.events.length === 0 ? '' : ` in round ${record.state().rounds.length}`;
  const next =
    cluster.kind === 'own'
      ? 'the same command continues it'
      : `it goes on there: \`scale watch ${record.runId}\` shows it, \`scale cancel ${record.runId}\` ends it`;
  return interruptedError(error, `${error.message}${where} of run ${record.runId}; ${next}`);
}
