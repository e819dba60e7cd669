import { defined } from '../../domain/defined.ts';
import { spentBeside } from '../../domain/run/ledger/spent.ts';
import { RunStatus, type RunSummary, type Waiting } from '../../shared/contracts/generated/scale/v1/control.ts';
import { ownerName } from '../../shared/contracts/owner-name.ts';
import { moneyFromProto } from '../../shared/contracts/prices-codec.ts';
import { verdictFromProto } from '../../shared/contracts/progress-codec.ts';
import { spentFromProto } from '../../shared/contracts/spending-codec.ts';
import type { BestScore, RunRow, RunState, WaitingFor } from '../api/run-row.ts';
import type { ClusterKind } from '../cluster-link.ts';

/** @param cluster one of this machine works only on the runs that somebody has asked it for, and not at all if it only reads */
export function runRow(run: RunSummary, cluster: ClusterKind): RunRow {
  const { runId, name, benchmark, simulated, roundsCompleted, maxRounds, tokens, createdAtMs, progress } = run;
  const state = stateOf(run, cluster);
  const spentTokens = run.spent && spentBeside(tokens, spentFromProto(run.spent)).tokens;
  const verdict = progress?.verdict && verdictFromProto(progress.verdict);
  const leftMs = state === 'running' ? progress?.leftMs : undefined;
  return {
    ...{ runId, name, benchmark, state, simulated, roundsCompleted, maxRounds, tokens, createdAtMs },
    labels: run.labels?.words ?? [],
    ...defined({
      waiting: run.waiting && waitingFor(run.waiting),
      best: bestOf(run),
      verdict,
      spentTokens: spentTokens === tokens ? undefined : spentTokens,
      money: run.money && moneyFromProto(run.money),
      spentMoney: run.spentMoney && moneyFromProto(run.spentMoney),
      saved: savedOf(run),
      leftMs,
      endedAtMs: run.endedAtMs,
      team: run.team,
      startedBy: run.startedBy === ownerName ? undefined : run.startedBy,
      sweepId: run.sweepId,
      ofRun: run.ofRun,
    }),
  };
}

const states: ReadonlyMap<RunStatus, RunState> = new Map([
  [RunStatus.PAUSED, 'paused'],
  [RunStatus.COMPLETED, 'completed'],
  [RunStatus.CANCELLED, 'cancelled'],
  [RunStatus.FAILED, 'failed'],
]);

function stateOf({ status, driven }: RunSummary, cluster: ClusterKind): RunState {
  const known = states.get(status);
  if (known !== undefined) return known;
  return cluster === 'server' || (cluster === 'machine' && driven === true) ? 'running' : 'interrupted';
}

export function waitingFor({ kind, what, until, sinceMs, waitedMs }: Waiting): WaitingFor {
  return { kind, what, until, sinceMs, waitedMs };
}

function bestOf({ bestScore: score, progress }: RunSummary): BestScore | undefined {
  if (score === undefined) return undefined;
  const { bestRound: round, bestAnswerTokens: answerTokens, bestLow: low, bestHigh: high } = progress ?? {};
  const interval = low === undefined || high === undefined ? undefined : { low, high };
  return { score, ...defined({ round, answerTokens, interval }) };
}

/** What full evaluation would have cost is what was spent divided by the share that was not saved. */
function savedOf({ progress, tokens, money }: RunSummary): RunRow['saved'] {
  const share = progress?.savedShare;
  if (share === undefined || share >= 1) return undefined;
  const factor = share / (1 - share);
  const known = money && moneyFromProto(money);
  return {
    share,
    tokens: Math.round(tokens * factor),
    ...defined({ money: known && { ...known, amount: known.amount * factor } }),
  };
}
