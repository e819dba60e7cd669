import { setTimeout as sleep } from 'node:timers/promises';
import { defined } from '../../domain/defined.ts';
import { countOf } from '../../domain/names/count-of.ts';
import { isSearch } from '../../domain/run/run-kind.ts';
import type { RunFile } from '../../shared/config/run-file.ts';
import {
  type MemorySummary,
  RunStatus,
  type StartRunRequest,
  type StartRunResponse,
} from '../../shared/contracts/generated/scale/v1/control.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { ControlError } from '../../shared/control-client/control-error.ts';
import { secretVariablesOf } from '../../shared/models/settings/key-bindings.ts';
import { readRun } from '../../shared/runs/read-run.ts';
import { createRunRecord, type RunRecord } from '../../shared/runs/run-record.ts';
import type { AskedShare } from '../../shared/sharing/share-rules.ts';
import { type Cli, interruptedError } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { DataFolder } from '../cluster/data-folder.ts';
import { ClusterEndedError, type ReachedCluster } from '../cluster/reach-cluster.ts';
import { reachToRun } from '../cluster/reach-to-run.ts';
import { InterruptedError } from '../interrupts.ts';
import type { RunView } from '../progress/run-view.ts';
import { sayWhileWaiting } from '../progress/say-while-waiting.ts';
import { createEndpointCheck, type EndpointCheck } from './check-endpoints.ts';
import { chooseRun } from './choose-run.ts';
import { describeVisible } from './describe-visible.ts';
import { findRun } from './find-run.ts';
import { followRun, RunNeedsPersonError } from './follow-run.ts';
import { patiently } from './patiently.ts';
import { needsSimulator, startRunRequestOf } from './run-request.ts';
import { watchStopFile } from './watch-stop-file.ts';

export interface Undertaking<Result> {
  readonly cli: Cli;
  readonly options: UndertakingOptions;
  readonly folder: DataFolder;
  readonly file: RunFile;
  readonly view: RunView;
  /** Changes the share of a run that is there already; a new one has what the file says. */
  readonly share?: AskedShare | undefined;
  /** Words by which people find it again; a run that is there gets them as well. */
  readonly labels?: readonly string[];
  /** Of an evaluation: the run whose workflow is executed. */
  readonly ofRun?: string | undefined;
  /** Looks at the run's endpoints before it begins. Default: one of its own. */
  readonly check?: EndpointCheck;
  /** Starts the run in another way than by asking for it, such as in its turn. It waits as long as that takes. */
  start?(cluster: ReachedCluster, message: StartRunRequest, hasEnded: boolean, signal: AbortSignal): Promise<StartRunResponse>;
  /** Called with how the run begins and whether it existed before; by default the view explains that to people. */
  begun?(continued: boolean, status: RunStatus): void;
  /** What the caller wants of the run once it is over, read while its cluster is still there. */
  collect(ended: EndedRun, signal: AbortSignal): Promise<Result>;
}

export interface UndertakingOptions {
  readonly server?: string;
  /** Start a new run even if this one exists already. */
  readonly fresh: boolean;
  /** Continue this run (id, start of an id, or name), whatever the file says now. */
  readonly continue?: string;
  /** End the search when this file appears. */
  readonly stopFile?: string;
  readonly executors?: number;
  readonly slots?: number;
  /** Wait for endpoints that are unreachable, or that a person has to fix, instead of giving up. */
  readonly waitForEndpoints?: boolean;
}

export interface EndedRun {
  readonly cluster: ReachedCluster;
  readonly record: RunRecord;
  /** As it was run. */
  readonly file: RunFile;
}

const endWithinMs = 5_000;
const raisedPollMs = 200;

/**
 * Starts or continues a run, until it is over. On this machine, the cluster of another command may end before our run does: then
 * we start one and continue.
 * @throws CliError, or a ControlError
 */
export async function runToItsEnd<Result>(undertaking: Undertaking<Result>): Promise<Result> {
  const { check = checkOf(undertaking) } = undertaking;
  for (;;) {
    const cluster = await reachFor(undertaking);
    try {
      return await runOn(cluster, { ...undertaking, check });
    } catch (error) {
      const ended = await endOf(cluster, error);
      if (ended === undefined) throw error;
      undertaking.view.notice(`${ended.message}; continuing with a cluster of our own.`);
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
 * The end of the cluster, if that is what caused an error: another command's cluster that we had joined. One that does not answer
 * is most likely shutting down.
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
      () => ({ what: 'the coordinator has not accepted the run yet', until: 'it is asked again until it answers' }),
      patiently(cluster, call, signal),
    );
  const {
    file: chosen,
    notices,
    isOver,
  } = await asked(async () => {
    const goOnWith = wanted === undefined ? undefined : (await findRun(cluster, wanted, signal)).runId;
    return chooseRun(cluster, { file, fresh, continued: goOnWith }, signal);
  });
  // The workers of a cluster elsewhere look at the endpoints themselves: this machine may not be able to reach them.
  const check = cluster.kind === 'server' ? undefined : (undertaking.check ?? checkOf(undertaking));
  // A run that already has its result asks the endpoints for nothing.
  if (!isOver) await check?.before(chosen, view);
  const { ofRun } = undertaking;
  const labels = [...(undertaking.labels ?? []), ...(chosen.provenance ?? [])];
  const kept = { ...(labels.length > 0 && { labels: { words: labels } }), ...defined({ ofRun }) };
  const message = { ...startRunRequestOf(chosen, cluster.simulatorUrl), preflight: check?.spent(), ...kept };
  await cluster.bindKeys(message.endpoints);
  const start = (request: StartRunRequest, limit: AbortSignal): Promise<StartRunResponse> =>
    undertaking.start?.(cluster, request, isOver, limit) ?? cluster.client.startRun(request, limit);
  const response = await (undertaking.start === undefined ? asked(() => start(message, signal)) : start(message, signal));
  const { runId, continued, status, memory, missingResults } = response;
  if (undertaking.begun !== undefined) undertaking.begun(continued, status);
  const isRaised = isOver && status === RunStatus.RUNNING;
  if (isRaised) view.notice(`Run ${runId} had ended at a limit, and goes on with what it may spend now.`);
  else if (undertaking.begun === undefined) for (const notice of notices) view.notice(notice);
  if (undertaking.begun === undefined && !continued && isSearch(chosen.configuration))
    view.notice(describeVisible(chosen.configuration));
  if (undertaking.begun === undefined && memory !== undefined && isSearchWithoutMemory(chosen))
    view.notice(describeUnused(memory));
  if (chosen.cache !== undefined && !isOver)
    view.notice('This run uses the response cache: replies that the cluster has cost nothing.');
  if (missingResults !== undefined) view.notice(describeMissing(runId, missingResults));
  if (status === RunStatus.PAUSED) await cluster.client.resumeRun(runId, signal);
  if (continued && !isOver && undertaking.share !== undefined)
    await cluster.client.setShare({ runId, sweepId: '', ...undertaking.share }, signal);
  const record = await recordOf(cluster, response, signal);
  await using stopping = watchStopFile(options.stopFile, chosen.limits, (limits, limit) =>
    cluster.client.setRunLimits(runId, limits, limit),
  );
  // A restarted coordinator continues nothing until it is told to.
  const onReconnect = async (limit: AbortSignal): Promise<void> => {
    // Its limits may have been changed since.
    const kept = { preflight: undefined, limits: stopping.limits() };
    const again = await start({ ...message, ...kept }, limit);
    if (!again.continued && record.events.length > 0) view.notice(describeLoss(runId));
  };
  for (;;) {
    try {
      await followRun({ cluster, record, view, onReconnect }, signal);
      break;
    } catch (error) {
      if (error instanceof InterruptedError) throw interruptedRun(error, cluster, record);
      if (!(error instanceof RunNeedsPersonError)) throw error;
      if (!options.waitForEndpoints || check === undefined) throw heldRun(error, cluster);
      await check.again(chosen, view);
      await cluster.client.resumeRun(runId, signal);
    }
  }
  return undertaking.collect({ cluster, record, file: chosen }, signal);
}

/** What is there of a run that goes on after an end, since a watch ends with that; nothing yet of any other. */
async function recordOf(
  cluster: ReachedCluster,
  { runId, continued, status }: Pick<StartRunResponse, 'runId' | 'continued' | 'status'>,
  signal: AbortSignal,
): Promise<RunRecord> {
  const record = createRunRecord(runId);
  if (!continued || hasEnded(status)) return record;
  const past = await readRun(cluster, createRunRecord(runId), signal);
  if (!past.events.some(({ event }) => event.kind === 'run-completed')) return record;
  // Until whoever leads it has read that its limits were raised.
  while (past.isOver() && !hasEnded((await cluster.client.getRun(runId, signal)).manifest?.status ?? status)) {
    await sleep(raisedPollMs, undefined, { signal });
    await readRun(cluster, past, signal);
  }
  return past;
}

function checkOf({ cli, options }: Pick<Undertaking<unknown>, 'cli' | 'options'>): EndpointCheck {
  return createEndpointCheck(cli, { waits: options.waitForEndpoints ?? false });
}

function isSearchWithoutMemory({ configuration }: RunFile): boolean {
  return configuration.search.memory !== true && isSearch(configuration);
}

function describeUnused({ runs, rows, executions }: MemorySummary): string {
  const kept = `${executions} scores of ${rows} workflows from ${countOf(runs, 'earlier run')} on these queries`;
  return `Not used: what the cluster remembers, ${kept}. With \`search: { memory: on }\` a run starts from there.`;
}

function describeMissing(runId: string, count: number): string {
  return (
    `Note: the results of ${count} executions of run ${runId} are no longer in the cluster's store, which keeps them for two weeks; ` +
    'if they are younger than that, its files were damaged. The run continues: its log has their scores and tokens.'
  );
}

function describeLoss(runId: string): string {
  return `The cluster has lost run ${runId} together with the NATS store: it was started again from its file, and is paid for again.`;
}

function heldRun({ runId, reason }: RunNeedsPersonError, { kind }: ReachedCluster): CliError {
  const how = kind === 'own' ? '' : `, and so does \`scale resume ${runId}\``;
  const message = `${reason}. Run ${runId} is paused, and none of this was scored: once it is fixed, the same command continues the run${how}.`;
  return new CliError('needs-person', message);
}

function interruptedRun(error: InterruptedError, cluster: ReachedCluster, record: RunRecord): CliError {
  const where = record.events.length === 0 ? '' : ` in round ${record.state().rounds.length}`;
  const next =
    cluster.kind === 'own'
      ? 'the same command continues it'
      : `it continues there: \`scale watch ${record.runId}\` shows it, \`scale cancel ${record.runId}\` ends it`;
  return interruptedError(error, `${error.message}${where} of run ${record.runId}; ${next}`);
}
