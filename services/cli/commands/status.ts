import type { Command } from 'commander';
import { defined } from '../../domain/defined.ts';
import { countOf } from '../../domain/names/count-of.ts';
import { answerLatency } from '../../domain/report/report-rounds.ts';
import { reportSpent, type SpentReport } from '../../domain/report/report-spent.ts';
import { progressOf } from '../../domain/report/run-progress.ts';
import { describeReached } from '../../domain/run/describe-limit.ts';
import { type RunProgress, RunStatus, type RunSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import type { WorkerReport } from '../../shared/contracts/generated/scale/v1/job.ts';
import { hasEnded } from '../../shared/contracts/has-ended.ts';
import { limitFromProto } from '../../shared/contracts/limit-codec.ts';
import { moneyFromProto } from '../../shared/contracts/prices-codec.ts';
import {
  latencyFromProto,
  latencyToProto,
  progressToProto,
  repetitionsFromProto,
  verdictFromProto,
} from '../../shared/contracts/progress-codec.ts';
import { spentFromProto } from '../../shared/contracts/spending-codec.ts';
import { ControlError } from '../../shared/control-client/control-error.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { describeLatency } from '../../shared/document/describe-latency.ts';
import { describeVerdict } from '../../shared/document/describe-verdict.ts';
import { describeSaved, exact, formatCount, formatDuration, formatScore, oneLine } from '../../shared/document/format.ts';
import { describeMoney, shortMoney } from '../../shared/document/format-money.ts';
import { exitCodes } from '../../shared/errors/exit-codes.ts';
import { describeLimits, limitsDocument } from '../../shared/runs/describe-limits.ts';
import { readTimes } from '../../shared/runs/read-latencies.ts';
import { readRun } from '../../shared/runs/read-run.ts';
import { createRunRecord } from '../../shared/runs/run-record.ts';
import { statusName } from '../../shared/runs/status-name.ts';
import type { Cli } from '../cli.ts';
import { addClusterOptions, type ClusterOptions, withCluster } from '../cluster/cluster-options.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';
import { addNamed } from '../command-words.ts';
import { describeRepetitions } from '../progress/describe-repetitions.ts';
import { describeBudget, describeCallsAtOnce, describeSpent } from '../progress/describe-spent.ts';
import { describeRounds, describeWait, type ViewedWait } from '../progress/run-view.ts';
import { describeStatus, isGoingOn, moneyOfSummary, runDocument } from '../runs/describe-runs.ts';
import { findRun } from '../runs/find-run.ts';

interface StatusOptions extends ClusterOptions {
  readonly json: boolean;
}

export function addStatusCommand(program: Command, cli: Cli): void {
  addClusterOptions(addNamed(program, 'status'))
    .argument('[run]', 'id, start of an id, or name; default: the newest run')
    .option('--json', 'print one JSON document', false)
    .action((wanted: string | undefined, options: StatusOptions) =>
      cli.answer(options.json, () =>
        withCluster(cli, options, async (cluster) => {
          const signal = cli.interrupts.requested;
          const run = knowingWhoWorks(knowingTheDisk(await findRun(cluster, wanted, signal), cluster.wait()), cluster.kind);
          const { workers } = isGoingOn(run, cluster.kind) ? await cluster.client.listWorkers(signal) : { workers: [] };
          const { manifest, budgets } = await cluster.client.getRun(run.runId, signal);
          const told = await withLatency(
            cluster,
            run.progress === undefined ? await foldedProgress(cluster, run, signal) : run,
            signal,
          );
          return {
            exitCode: exitCodes.ok,
            document: {
              ...runDocument(told),
              goingOn: isGoingOn(run, cluster.kind),
              workers: workers.map(({ worker, kinds, condition }) => ({ worker, kinds, version: condition?.version ?? null })),
              ...(told.progress === undefined ? {} : progressDocument(told, told.progress)),
              ...limitsDocument(manifest?.limits, budgets),
            },
            text: alignColumns([
              ['run', run.runId],
              ['status', withRemedy(describeStatus(run, cluster.kind), told.progress?.failure)],
              ...(run.labels === undefined ? [] : [['labels', run.labels.words.join(', ')]]),
              ...(run.ofRun === undefined ? [] : [['evaluates', run.ofRun]]),
              ...(run.waiting === undefined ? [] : [['', describeWait(run.waiting)]]),
              ...(told.progress === undefined ? [] : progressRows(told, told.progress, isGoingOn(run, cluster.kind))),
              ...describeLimits(manifest?.limits, budgets, manifest?.prices?.currency).map((line, place) => [
                place === 0 ? 'limits' : '',
                line,
              ]),
              ...(workers.length === 0 ? [] : [['workers', describeWorkers(workers)]]),
            ]),
          };
        }),
      ),
    );
}

/** E.g. "4 executors and 1 other worker of 0.2.0; 2 executors of 0.1.0". */
function describeWorkers(workers: readonly WorkerReport[]): string {
  const byVersion = Map.groupBy(workers, ({ condition }) => condition?.version ?? 'an earlier version');
  const versions = [...byVersion].sort(([, one], [, other]) => other.length - one.length);
  return versions.map(([version, those]) => `${describeRoles(those)} of ${version}`).join('; ');
}

function describeRoles(workers: readonly WorkerReport[]): string {
  const executors = workers.filter(({ kinds }) => kinds.includes('execute')).length;
  const counts = [
    [executors, 'executor'],
    [workers.length - executors, 'other worker'],
  ] as const;
  const there = counts.filter(([count]) => count > 0);
  return there.map(([count, what]) => countOf(count, what)).join(' and ');
}

/** The coordinator knows only that its server does not answer; this machine can see whether the disk is full. */
function knowingTheDisk(run: RunSummary, disk: ViewedWait | undefined): RunSummary {
  if (disk === undefined || run.status !== RunStatus.RUNNING) return run;
  const { waitedMs = disk.waitedMs, sinceMs = Date.now() - disk.waitedMs } = run.waiting ?? {};
  return { ...run, waiting: { ...disk, waitedMs, sinceMs } };
}

/** A cluster that was started for this command alone continues no run: the command that began the run is what ends the wait. */
function knowingWhoWorks(run: RunSummary, cluster: ReachedCluster['kind']): RunSummary {
  if (run.waiting === undefined || cluster !== 'own') return run;
  const remedy = '`scale run` with the same file continues it';
  const until = run.waiting.kind === 'person' ? `once that is fixed, ${remedy}` : remedy;
  return { ...run, waiting: { ...run.waiting, until } };
}

function withRemedy(status: string, failure: string | undefined): string {
  if (status === 'failed' && failure !== undefined) return `failed: ${oneLine(failure, 400)}`;
  return status === 'interrupted' ? 'interrupted: `scale run` with the same file continues it' : status;
}

/** A coordinator of an earlier version leaves it to whoever asks; and where the log is empty, there is none. */
async function foldedProgress(cluster: ReachedCluster, run: RunSummary, signal: AbortSignal): Promise<RunSummary> {
  const record = await readRun(cluster, createRunRecord(run.runId), signal);
  if (record.events.length === 0) return run;
  const state = record.state();
  return { ...run, progress: progressToProto(state, progressOf(state, undefined, record.times, Date.now())) };
}

/** The log has gone: what a summary kept of the run is still told. */
function unlessNotFound(error: unknown): { readonly workflowHash?: string } {
  if (error instanceof ControlError && error.kind === 'not-found') return {};
  throw error;
}

/** That of a run that goes on is in no summary: its results tell. */
async function withLatency({ client }: ReachedCluster, run: RunSummary, signal: AbortSignal): Promise<RunSummary> {
  const { progress, runId } = run;
  if (progress?.bestRound === undefined || progress.bestAnswerLatency !== undefined) return run;
  const { workflowHash = '' } = await client.getRound({ runId, round: progress.bestRound }, signal).catch(unlessNotFound);
  const latency = workflowHash === '' ? undefined : answerLatency(await readTimes({ client }, runId, workflowHash, signal));
  return latency === undefined ? run : { ...run, progress: { ...progress, bestAnswerLatency: latencyToProto(latency) } };
}

function progressDocument(run: RunSummary, progress: RunProgress): Record<string, unknown> {
  const { round, bestRound, savedShare, leftMs, tokenBudget, limit } = progress;
  return {
    round,
    bestRound: bestRound ?? null,
    verdict: (progress.verdict && verdictFromProto(progress.verdict)) ?? null,
    savedShare: savedShare ?? null,
    secondsLeft: leftMs === undefined ? null : Math.round(leftMs / 1_000),
    spent: spentOf(run) ?? null,
    tokenBudget: tokenBudget === 0 ? null : tokenBudget,
    limitReached: limit === undefined ? null : limitFromProto(limit),
    ...defined({ failure: progress.failure }),
    repetitions: repetitionsFromProto(progress),
  };
}

/** E.g. "387 tokens, $0.0012, 1.2 s, 9 in 10 within 2.6 s". */
function describeAnswer({ bestAnswerTokens: tokens, bestAnswerMoney: money, bestAnswerLatency: latency }: RunProgress): string {
  const parts = [
    tokens === undefined ? '' : `${exact(Math.round(tokens))} tokens`,
    money === undefined ? '' : shortMoney(moneyFromProto(money)),
    latency === undefined ? '' : describeLatency(latencyFromProto(latency)),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function spentOf({ spent, tokens, status, createdAtMs, endedAtMs = Date.now() }: RunSummary): SpentReport | undefined {
  return spent && reportSpent(tokens, spentFromProto(spent), hasEnded(status), endedAtMs - createdAtMs);
}

function progressRows(run: RunSummary, progress: RunProgress, isGoingOn: boolean): string[][] {
  const { bestRound, savedShare, leftMs, tokenBudget, stopReason, limit } = progress;
  const saved = savedShare === undefined ? '' : `, ${describeSaved(savedShare)}`;
  const spent = spentOf(run);
  const money = moneyOfSummary(run);
  const budget = describeBudget(tokenBudget, run.tokens, spent);
  const verdict = progress.verdict && verdictFromProto(progress.verdict);
  const ended = stopReason === 'token-budget' ? ', which ended the search' : '';
  const reached = limit && `${describeReached(limitFromProto(limit))}${stopReason === '' ? '' : ', which ended it'}`;
  const rows = [
    ['rounds', `${run.roundsCompleted} of ${run.maxRounds} completed`],
    ['under way', isGoingOn ? describeRounds(run.underWay) : ''],
    ['best', run.bestScore === undefined ? 'none yet' : `${formatScore(run.bestScore)} in round ${bestRound}`],
    ['', verdict === undefined ? '' : describeVerdict(verdict, statusName(run.status))],
    ['an answer', describeAnswer(progress)],
    ['tokens', `${formatCount(run.tokens)}${saved}`],
    ['cost', money === undefined ? '' : describeMoney(money)],
    ['time left', isGoingOn && leftMs ? `about ${formatDuration(leftMs)}` : ''],
    ['model', run.simulated ? 'simulated: these scores are not results' : ''],
    ['spent', describeSpent(spent)],
    ['in flight', describeCallsAtOnce(spent?.callsAtOnce)],
    ['reached', reached ?? ''],
    ['budget', budget === '' ? '' : `${budget}${ended}`],
    ['repeated', describeRepetitions(repetitionsFromProto(progress))],
  ];
  return rows.filter(([, text]) => text !== '');
}
