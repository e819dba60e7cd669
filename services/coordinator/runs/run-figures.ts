import { defined } from '../../domain/defined.ts';
import { type Money, moneyOf } from '../../domain/prices/money-of.ts';
import { moneySpent } from '../../domain/report/money-spent.ts';
import { bestRound } from '../../domain/run/best-round.ts';
import { type Spent, spentBeside } from '../../domain/run/ledger/spent.ts';
import { totalUse } from '../../domain/run/ledger/totals.ts';
import type { RunState } from '../../domain/run/state.ts';
import { type RunManifest, RunStatus } from '../../shared/contracts/generated/scale/v1/control.ts';
import { pricesFromProto } from '../../shared/contracts/prices-codec.ts';
import type { JobKind } from '../../shared/messaging/bus.ts';
import type { RunSpending } from '../limits/run-spending.ts';
import type { PresentStep } from '../rounds/step-tracker.ts';

/** How a run is doing, in numbers for the metrics. */
export interface RunFigures {
  readonly runId: string;
  readonly createdAtMs: number;
  /** A simulated model was asked for, or has answered: of the cluster's own endpoints only the answers say so. */
  readonly simulated: boolean;
  readonly isPaused: boolean;
  /** This coordinator drives it; otherwise what follows is not known here. */
  readonly isLeading: boolean;
  /** When it last made progress, by the wall clock. */
  readonly movedAtMs: number;
  readonly roundsCompleted: number;
  readonly maxRounds: number;
  readonly bestScore?: number;
  /** Jobs issued that have no result yet. */
  readonly outstanding: Readonly<Partial<Record<JobKind, number>>>;
  /** Of tokens; 0 for none. */
  readonly tokenBudget: number;
  /** What was paid for, in the log or beside it. */
  spent(signal: AbortSignal): Promise<SpentFigures>;
}

export interface SpentFigures {
  readonly tokens: number;
  /** Absent: none of the run's models has a price. */
  readonly money?: Money;
}

interface ObservedRun {
  readonly manifest: RunManifest;
  readonly isLeading: boolean;
  readonly state: RunState | undefined;
  readonly progress: PresentStep | undefined;
  readonly spending: Pick<RunSpending, 'spent'>;
}

export function runFigures({ manifest, isLeading, state, progress, spending }: ObservedRun, movedAtMs: number): RunFigures {
  const { runId, createdAtMs, status } = manifest;
  const simulated = manifest.simulated || (state !== undefined && totalUse(state.ledger).simulated);
  const best = state?.rounds[(state.bestRound ?? bestRound(state) ?? 0) - 1]?.evaluation;
  return {
    ...{ runId, createdAtMs, simulated, isLeading, movedAtMs },
    isPaused: status === RunStatus.PAUSED,
    roundsCompleted: state?.rounds.filter(({ completed }) => completed).length ?? 0,
    maxRounds: manifest.configuration?.search?.maxRounds ?? 0,
    ...defined({ bestScore: best?.score }),
    outstanding: progress?.outstanding ?? {},
    tokenBudget: manifest.configuration?.search?.tokenBudget ?? 0,
    async spent(signal) {
      const noted: Spent | undefined = await spending.spent(false, signal);
      const ledger = state?.ledger ?? [];
      const charged = totalUse(ledger).tokens;
      const prices = manifest.prices && pricesFromProto(manifest.prices);
      if (noted === undefined) return { tokens: charged, ...defined({ money: moneyOf(prices, ledger) }) };
      const money = moneySpent(prices, ledger, noted);
      return { tokens: spentBeside(charged, noted).tokens, ...defined({ money }) };
    },
  };
}
