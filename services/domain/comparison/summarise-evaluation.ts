import { defined } from '../defined.ts';
import { classOfKind, type FailureClass, isScored } from '../failure-class.ts';
import type { Usage } from '../ports.ts';
import { addDoubts } from '../run/ledger/call-doubts.ts';
import type { CallDoubts } from '../run/ledger/token-use.ts';
import { sumUsage, tokensOf } from '../run/ledger/totals.ts';
import { mean } from '../statistics/intervals.ts';
import { type Latencies, latenciesOf } from '../statistics/latencies.ts';
import { type ScoreInterval, scoreInterval } from '../statistics/score-interval.ts';
import type { ExecutionRecord } from './execution-record.ts';

export interface EvaluationSummary extends CallDoubts {
  readonly queries: number;
  readonly executions: number;
  /** What the score stands on, where that is not all: the others failed for reasons that say nothing about the workflow. */
  readonly scored?: { readonly queries: number; readonly executions: number };
  /** Most executions of one query. */
  readonly repeats: number;
  readonly score: ScoreInterval;
  /** The mean over queries of each repeat by itself: how far off a single pass may be. */
  readonly scoreByRepeat: readonly number[];
  /** Queries whose repeats did not all get the same score; 0 without repeats. */
  readonly unsteadyQueries: number;
  readonly otherScores: readonly OtherScore[];
  /** The most frequent first. */
  readonly failures: readonly {
    readonly class: FailureClass;
    readonly kind: string;
    readonly count: number;
    readonly example: string;
  }[];
  readonly calls: number;
  readonly usage: Usage;
  readonly tokens: number;
  /** Absent if no remaining result says so. */
  readonly latencyMs?: Latencies;
  /** Executions by the isolation of their programs; empty if none was run. */
  readonly isolation: Readonly<Record<string, number>>;
  readonly simulated: boolean;
}

export interface OtherScore {
  readonly scorer: string;
  readonly score: ScoreInterval;
  /** Executions on which it differs from the score that decides. */
  readonly disagreements: number;
}

/** @throws RangeError without a record that has a score: nothing was evaluated */
export function summariseEvaluation(records: readonly ExecutionRecord[], confidence = 0.95): EvaluationSummary {
  const counted = records.filter(isScored);
  const byQuery = [...Map.groupBy(counted, ({ queryId }) => queryId).values()];
  const byRepeat = [...Map.groupBy(counted, ({ repeat }) => repeat)].toSorted(([one], [other]) => one - other);
  const usage = sumUsage(records.map((record) => record.usage));
  const latencyMs = latenciesOf(records.flatMap((record) => record.latencyMs ?? []));
  return {
    queries: new Set(records.map(({ queryId }) => queryId)).size,
    executions: records.length,
    ...(counted.length < records.length && { scored: { queries: byQuery.length, executions: counted.length } }),
    repeats: new Set(records.map(({ repeat }) => repeat)).size,
    score: scoreInterval(
      byQuery.map((group) => group.map(({ score }) => score)),
      confidence,
    ),
    scoreByRepeat: byRepeat.map(([, group]) => mean(group.map(({ score }) => score))),
    unsteadyQueries: byQuery.filter((group) => group.some(({ score }) => score !== group[0]?.score)).length,
    otherScores: otherScores(byQuery, confidence),
    failures: failures(records),
    calls: records.reduce((sum, { calls }) => sum + calls, 0),
    usage,
    tokens: tokensOf(usage),
    ...defined({ latencyMs }),
    isolation: countBy(records.flatMap(({ isolation }) => isolation ?? [])),
    simulated: records.some(({ simulated }) => simulated),
    ...addDoubts(records),
  };
}

/** Only scorers that have scored every execution: the mean over some of them would be the score of something else. */
function otherScores(byQuery: readonly (readonly ExecutionRecord[])[], confidence: number): OtherScore[] {
  const records = byQuery.flat();
  const scorers = [...new Set(records.flatMap((record) => Object.keys(record.otherScores)))].sort();
  return scorers
    .filter((scorer) => records.every((record) => record.otherScores[scorer] !== undefined))
    .map((scorer) => ({
      scorer,
      score: scoreInterval(
        byQuery.map((group) => group.map((record) => record.otherScores[scorer] ?? 0)),
        confidence,
      ),
      disagreements: records.filter((record) => record.otherScores[scorer] !== record.score).length,
    }));
}

function failures(records: readonly ExecutionRecord[]): EvaluationSummary['failures'] {
  const failed = records.flatMap(({ failure }) => failure ?? []);
  return [...Map.groupBy(failed, ({ kind }) => kind)]
    .map(([kind, group]) => ({ class: classOfKind[kind], kind, count: group.length, example: group[0]?.message ?? '' }))
    .sort((one, other) => other.count - one.count || (one.kind < other.kind ? -1 : 1));
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts = [...Map.groupBy(names, (name) => name)].map(([name, group]) => [name, group.length] as const);
  return Object.fromEntries(counts.sort(([one], [other]) => (one < other ? -1 : 1)));
}
