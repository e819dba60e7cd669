import { defined } from '../../domain/defined.ts';
import type { Money } from '../../domain/prices/money-of.ts';
import { spentBeside } from '../../domain/run/ledger/spent.ts';
import { RunStatus, type RunSummary, type Waiting } from '../../shared/contracts/generated/scale/v1/control.ts';
import { moneyFromProto } from '../../shared/contracts/prices-codec.ts';
import { latencyFromProto } from '../../shared/contracts/progress-codec.ts';
import { spentFromProto } from '../../shared/contracts/spending-codec.ts';
import { alignColumns } from '../../shared/document/align-columns.ts';
import { shortTime } from '../../shared/document/describe-latency.ts';
import { formatCount, formatScore, oneLine } from '../../shared/document/format.ts';
import { shortMoney } from '../../shared/document/format-money.ts';
import { type ExitCode, exitCodes } from '../../shared/errors/exit-codes.ts';
import { statusName } from '../../shared/runs/status-name.ts';
import type { ReachedCluster } from '../cluster/reach-cluster.ts';

/** How a command that followed a run to its end exits. */
export function exitCodeOfStatus(status: string): ExitCode {
  if (status === 'failed') return exitCodes.failed;
  return status === 'cancelled' ? exitCodes.endedWithoutSuccess : exitCodes.ok;
}

/** Whether anything is working on a run: on this machine, only the command that owns the cluster does. */
export function isGoingOn({ status, driven }: RunSummary, cluster: ReachedCluster['kind']): boolean {
  if (status !== RunStatus.RUNNING || cluster === 'own') return false;
  return cluster === 'server' || driven === true;
}

/** In a word; a run that nothing is working on is interrupted, whatever it was doing last. */
export function describeStatus(run: RunSummary, cluster: ReachedCluster['kind']): string {
  return run.status === RunStatus.RUNNING && !isGoingOn(run, cluster) ? 'interrupted' : statusName(run.status);
}

/** A run as the documents of --json show it. */
export function runDocument(run: RunSummary): Record<string, unknown> {
  return {
    runId: run.runId,
    name: run.name,
    benchmark: run.benchmark,
    status: statusName(run.status),
    roundsCompleted: run.roundsCompleted,
    maxRounds: run.maxRounds,
    underWay: run.underWay.map(({ round, phase, done, total }) => ({ round, phase, done, total })),
    bestScore: run.bestScore ?? null,
    tokensAnAnswer: run.progress?.bestAnswerTokens ?? null,
    moneyAnAnswer: (run.progress?.bestAnswerMoney && moneyFromProto(run.progress.bestAnswerMoney)) ?? null,
    latencyMs: (run.progress?.bestAnswerLatency && latencyFromProto(run.progress.bestAnswerLatency)) ?? null,
    tokens: run.tokens,
    spentTokens: spentTokensOf(run) ?? null,
    money: run.money === undefined ? null : moneyFromProto(run.money),
    spentMoney: run.spentMoney === undefined ? null : moneyFromProto(run.spentMoney),
    ...defined({ estimatedCalls: run.estimatedCalls }),
    simulated: run.simulated,
    labels: run.labels?.words ?? [],
    ofRun: run.ofRun ?? null,
    sweepId: run.sweepId ?? null,
    waiting: run.waiting === undefined ? null : waitingDocument(run.waiting),
    createdAt: new Date(run.createdAtMs).toISOString(),
  };
}

function waitingDocument({ kind, what, until, sinceMs, waitedMs }: Waiting): Record<string, unknown> {
  return { kind, what, until, since: new Date(sinceMs).toISOString(), seconds: Math.round(waitedMs / 1_000) };
}

/** What a run has cost: what was spent, or what was charged where only that is known. */
export function moneyOfSummary({ money, spentMoney }: RunSummary): Money | undefined {
  const known = spentMoney ?? money;
  return known && moneyFromProto(known);
}

function spentTokensOf({ tokens, spent }: RunSummary): number | undefined {
  return spent === undefined ? undefined : spentBeside(tokens, spentFromProto(spent)).tokens;
}

function spentText(run: RunSummary): string {
  const tokens = spentTokensOf(run);
  return tokens === undefined ? '-' : formatCount(tokens);
}

function costText(run: RunSummary): string {
  const money = moneyOfSummary(run);
  return money === undefined ? '-' : shortMoney(money);
}

function timeText({ progress }: RunSummary): string {
  return progress?.bestAnswerLatency === undefined ? '-' : shortTime(progress.bestAnswerLatency.medianMs);
}

/** E.g. "3/20", and "3/20 +4" with four rounds under way. */
function roundsText({ roundsCompleted, maxRounds, underWay }: RunSummary): string {
  return `${roundsCompleted}/${maxRounds}${underWay.length > 1 ? ` +${underWay.length}` : ''}`;
}

/** Runs as a table, the newest first. */
export function runTable(runs: readonly RunSummary[], cluster: ReachedCluster['kind']): string {
  if (runs.length === 0) return 'There is no run here yet: start one with `scale run FILE`.';
  // Where no run has a price, a column of dashes says nothing.
  const cost = runs.some((run) => moneyOfSummary(run) !== undefined) ? ['COST'] : [];
  // TOKENS is what was charged. A difference that rounding hides, such as that of the calls before a run, says nothing.
  const spent = runs.some((run) => ![formatCount(run.tokens), '-'].includes(spentText(run))) ? ['SPENT'] : [];
  const labels = runs.some((run) => run.labels !== undefined) ? ['LABELS'] : [];
  const itsTime = runs.some(({ progress }) => progress?.bestAnswerLatency !== undefined) ? ['ITS TIME'] : [];
  const itsCost = runs.some(({ progress }) => progress?.bestAnswerMoney !== undefined) ? ['ITS COST'] : [];
  const anAnswer = ['AN ANSWER', ...itsTime, ...itsCost];
  const header = [
    'RUN',
    'BENCHMARK',
    'STATUS',
    'ROUNDS',
    'BEST',
    ...anAnswer,
    'TOKENS',
    ...spent,
    ...cost,
    'STARTED',
    ...labels,
    '',
  ];
  const rows = runs.map((run) => [
    run.runId,
    oneLine(run.benchmark, 20),
    describeStatus(run, cluster),
    roundsText(run),
    run.bestScore === undefined ? '-' : formatScore(run.bestScore),
    run.progress?.bestAnswerTokens === undefined ? '-' : formatCount(Math.round(run.progress.bestAnswerTokens)),
    ...itsTime.map(() => timeText(run)),
    ...itsCost.map(() => (run.progress?.bestAnswerMoney ? shortMoney(moneyFromProto(run.progress.bestAnswerMoney)) : '-')),
    `${run.estimatedCalls === undefined ? '' : '~'}${formatCount(run.tokens)}`,
    ...spent.map(() => spentText(run)),
    ...cost.map(() => costText(run)),
    new Date(run.createdAtMs).toISOString().slice(0, 16).replace('T', ' '),
    ...labels.map(() => oneLine(run.labels?.words.join(' ') ?? '', 40)),
    run.simulated ? 'simulated model' : '',
  ]);
  return alignColumns([header, ...rows]);
}
