import { defined } from '../../domain/defined.ts';
import type { PriceTable } from '../../domain/prices/price-table.ts';
import { countRepetitions, type RepetitionCounts } from '../../domain/report/count-repetitions.ts';
import { intervalOfScore } from '../../domain/report/report-best.ts';
import type { AnswerLatency } from '../../domain/report/report-model.ts';
import { answerCost, reportVerdict, type Verdict, verdictKinds } from '../../domain/report/report-verdict.ts';
import type { RunProgress } from '../../domain/report/run-progress.ts';
import type { RunState } from '../../domain/run/state.ts';
import type {
  AnswerLatency as ProtoLatency,
  RunProgress as ProtoProgress,
  Verdict as ProtoVerdict,
} from './generated/scale/v1/control.ts';
import { limitToProto } from './limit-codec.ts';
import { moneyToProto } from './prices-codec.ts';

/**
 * What a summary does not say about the progress of a run in this state.
 * @param prices that the run has kept
 */
export function progressToProto(
  state: RunState,
  { round, bestRound, savedShare, leftMs }: RunProgress,
  prices?: PriceTable,
): ProtoProgress {
  const { configuration, stopReason, limit, failure } = state;
  const { proposals, tried, underWay, similar = 0 } = countRepetitions(state);
  const best = bestRound === undefined ? undefined : state.rounds[bestRound - 1];
  const verdict = reportVerdict(state);
  const answer = best && answerCost(best, prices);
  const interval = best && intervalOfScore(state, best);
  return {
    round,
    ...defined({ bestRound, savedShare, leftMs }),
    tokenBudget: configuration.search.tokenBudget,
    stopReason: stopReason ?? '',
    ...defined({ failure: failure?.message }),
    limit: limit && limitToProto(limit.reached),
    ...{ proposals, repeatedTried: tried, repeatedUnderWay: underWay, nearlyRepeated: similar },
    ...defined({ bestAnswerTokens: answer?.tokens, verdict: verdict && verdictToProto(verdict) }),
    ...defined({ bestAnswerMoney: answer?.money && moneyToProto(answer.money) }),
    ...(interval && { bestLow: interval.low, bestHigh: interval.high }),
  };
}

export function latencyToProto({ median, p90, executions }: AnswerLatency): ProtoLatency {
  return { medianMs: median, p90Ms: p90, executions };
}

export function latencyFromProto({ medianMs, p90Ms, executions }: ProtoLatency): AnswerLatency {
  return { median: medianMs, p90: p90Ms, executions };
}

function verdictToProto({ kind, round, difference, queries, start, winner, isFinal }: Verdict): ProtoVerdict {
  return {
    ...{ kind, round, queries, final: isFinal },
    ...defined({
      difference: difference?.difference,
      low: difference?.low,
      high: difference?.high,
      startTokens: start?.tokens,
      winnerTokens: winner?.tokens,
    }),
  };
}

/** @returns undefined for one that a later version tells in other words */
export function verdictFromProto(
  told: ProtoVerdict,
): (Omit<Verdict, 'difference'> & { readonly difference?: Difference }) | undefined {
  const { round, difference, low, high, queries, startTokens, winnerTokens } = told;
  const kind = verdictKinds.find((known) => known === told.kind);
  if (kind === undefined) return undefined;
  return {
    ...{ kind, round, queries, isFinal: told.final },
    ...(difference !== undefined && low !== undefined && high !== undefined && { difference: { difference, low, high } }),
    ...(startTokens !== undefined && { start: { tokens: startTokens } }),
    ...(winnerTokens !== undefined && { winner: { tokens: winnerTokens } }),
  };
}

interface Difference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

export function repetitionsFromProto(told: ProtoProgress): RepetitionCounts {
  const { proposals, repeatedTried, repeatedUnderWay, nearlyRepeated: similar } = told;
  return { proposals, tried: repeatedTried, underWay: repeatedUnderWay, ...(similar > 0 && { similar }) };
}
