import { defined } from '../../domain/defined.ts';
import { countRepetitions, type RepetitionCounts } from '../../domain/report/count-repetitions.ts';
import type { RunProgress } from '../../domain/report/run-progress.ts';
import type { RunState } from '../../domain/run/state.ts';
import type { RunProgress as ProtoProgress } from './generated/scale/v1/control.ts';
import { limitToProto } from './limit-codec.ts';

/** What a summary does not say about the progress of a run in this state. */
export function progressToProto(state: RunState, { round, bestRound, savedShare, leftMs }: RunProgress): ProtoProgress {
  const { configuration, stopReason, limit } = state;
  const { proposals, tried, underWay } = countRepetitions(state);
  return {
    round,
    ...defined({ bestRound, savedShare, leftMs }),
    tokenBudget: configuration.search.tokenBudget,
    stopReason: stopReason ?? '',
    limit: limit && limitToProto(limit.reached),
    ...{ proposals, repeatedTried: tried, repeatedUnderWay: underWay },
  };
}

export function repetitionsFromProto({ proposals, repeatedTried, repeatedUnderWay }: ProtoProgress): RepetitionCounts {
  return { proposals, tried: repeatedTried, underWay: repeatedUnderWay };
}
