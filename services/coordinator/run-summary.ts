import { defined } from '../domain/defined.ts';
import { progressOf } from '../domain/report/run-progress.ts';
import { bestRound } from '../domain/run/best-round.ts';
import type { Spent } from '../domain/run/ledger/spent.ts';
import { totalUse } from '../domain/run/ledger/totals.ts';
import type { RunManifest, RunSummary } from '../shared/contracts/generated/scale/v1/control.ts';
import { progressToProto } from '../shared/contracts/progress-codec.ts';
import { spentToProto } from '../shared/contracts/spending-codec.ts';
import type { RunView } from './run-log.ts';

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
  return {
    runId: manifest.runId,
    name: manifest.configuration?.name ?? '',
    benchmark: manifest.configuration?.benchmark?.name ?? '',
    status: manifest.status,
    roundsCompleted: state?.rounds.filter((round) => round.completed).length ?? 0,
    maxRounds: manifest.configuration?.search?.maxRounds ?? 0,
    ...(best === undefined ? {} : { bestScore: best.score }),
    tokens: used.tokens,
    ...defined({ estimatedCalls: used.estimatedCalls }),
    createdAtMs: manifest.createdAtMs,
    simulated: used.simulated,
    ...defined({ share: manifest.share, team: manifest.team }),
    ...(spent === undefined ? {} : { spent: spentToProto(spent) }),
    ...(view === undefined
      ? {}
      : { progress: progressToProto(view.state, progressOf(view.state, undefined, view.times, nowMs)) }),
  };
}
