import { defined } from '../../domain/defined.ts';
import { moneyOf } from '../../domain/prices/money-of.ts';
import { moneySpent } from '../../domain/report/money-spent.ts';
import { progressOf } from '../../domain/report/run-progress.ts';
import { bestRound } from '../../domain/run/best-round.ts';
import { isOver } from '../../domain/run/is-over.ts';
import type { Spent } from '../../domain/run/ledger/spent.ts';
import { totalUse } from '../../domain/run/ledger/totals.ts';
import type { RunState } from '../../domain/run/state.ts';
import type { RunManifest, RunStatus, RunSummary } from '../../shared/contracts/generated/scale/v1/control.ts';
import { moneyToProto, pricesFromProto } from '../../shared/contracts/prices-codec.ts';
import { progressToProto } from '../../shared/contracts/progress-codec.ts';
import { spentToProto } from '../../shared/contracts/spending-codec.ts';
import type { RunView } from '../log/run-log.ts';
import { runStatusOf } from './run-status-of.ts';

function moneyOfRun(
  manifest: RunManifest,
  ledger: RunState['ledger'],
  spent: Spent | undefined,
): Pick<RunSummary, 'money' | 'spentMoney'> {
  const prices = manifest.prices && pricesFromProto(manifest.prices);
  const money = moneyOf(prices, ledger);
  const spentMoney = spent && moneySpent(prices, ledger, spent);
  return { ...(money && { money: moneyToProto(money) }), ...(spentMoney && { spentMoney: moneyToProto(spentMoney) }) };
}

/** As the manifest has them now, whatever a summary of before says. */
export function factsOf({
  labels,
  ofRun,
  sweepId,
  startedBy,
  endedAtMs,
}: RunManifest): Pick<RunSummary, 'labels' | 'ofRun' | 'sweepId' | 'startedBy' | 'endedAtMs'> {
  return { labels, ...defined({ ofRun, sweepId, startedBy, endedAtMs }) };
}

/**
 * A log that has ended is the end, also where whoever led the run died before its manifest said so. Only one that a limit has
 * ended may go on, and its manifest knows.
 */
function statusOf({ status }: RunManifest, state: RunState | undefined): RunStatus {
  return state !== undefined && isOver(state) && state.limit === undefined ? runStatusOf(state) : status;
}

/** A run in one line. Without a state (nothing logged yet) only the manifest speaks. */
export function runSummary(
  manifest: RunManifest,
  view: RunView | undefined,
  spent: Spent | undefined,
  nowMs: number,
): RunSummary {
  const state = view?.state;
  // The winner need not have the highest score: the final pick looks closer.
  const best = state?.rounds[(state.bestRound ?? bestRound(state) ?? 0) - 1]?.evaluation;
  const used = totalUse(state?.ledger ?? []);
  const status = statusOf(manifest, state);
  return {
    runId: manifest.runId,
    name: manifest.configuration?.name ?? '',
    benchmark: manifest.configuration?.benchmark?.name ?? '',
    status,
    roundsCompleted: state?.rounds.filter((round) => round.completed).length ?? 0,
    maxRounds: manifest.configuration?.search?.maxRounds ?? 0,
    ...(best === undefined ? {} : { bestScore: best.score }),
    tokens: used.tokens,
    ...defined({ estimatedCalls: used.estimatedCalls }),
    createdAtMs: manifest.createdAtMs,
    simulated: used.simulated,
    underWay: [],
    ...factsOf(manifest),
    ...defined({ share: manifest.share, team: manifest.team }),
    ...(spent === undefined ? {} : { spent: spentToProto(spent) }),
    ...moneyOfRun(manifest, state?.ledger ?? [], spent),
    ...(view === undefined
      ? {}
      : {
          progress: progressToProto(
            view.state,
            progressOf(view.state, undefined, view.times, nowMs),
            manifest.prices && pricesFromProto(manifest.prices),
          ),
        }),
  };
}
