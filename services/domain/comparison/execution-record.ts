import type { Benchmark } from '../benchmark.ts';
import { defined } from '../defined.ts';
import type { Failure } from '../failure.ts';
import type { Usage } from '../ports.ts';
import { addDoubts } from '../run/ledger/call-doubts.ts';
import type { CallDoubts } from '../run/ledger/token-use.ts';
import { totalUse } from '../run/ledger/totals.ts';
import type { KeptOutcome } from '../run/outcomes/outcome-columns.ts';
import type { Outcomes } from '../run/outcomes/outcome-list.ts';

/** One execution, with everything known about it. */
export interface ExecutionRecord extends CallDoubts {
  readonly queryId: string;
  readonly queryIndex: number;
  readonly repeat: number;
  /** In [0, 1]; 0 with a failure. It counts only if the failure says something about the workflow (isScored). */
  readonly score: number;
  /** By scorer. */
  readonly otherScores: Readonly<Record<string, number>>;
  /** What the workflow returned; only the start of a long one if the result is gone. */
  readonly answer: string;
  readonly answerIsWhole: boolean;
  /** What the scorer compared; absent if the result is gone. */
  readonly extracted?: string;
  readonly reference: string;
  readonly failure?: Failure;
  readonly calls: number;
  readonly usage: Usage;
  /** From the first call to the score, in the delivery that finished; absent if the result is gone. */
  readonly latencyMs?: number;
  /** The isolation that programs ran in; absent if no program ran. */
  readonly isolation?: string;
  readonly simulated: boolean;
}

/** What the log does not keep about an execution. */
export interface ExecutionDetail {
  readonly answer: string;
  readonly extracted: string;
  readonly otherScores: Readonly<Record<string, number>>;
  readonly latencyMs: number;
  readonly isolation?: string;
}

/** The place of an execution's detail among those of its workflow. */
export function detailKey({ queryIndex, repeat }: { readonly queryIndex: number; readonly repeat: number }): string {
  return `${queryIndex}/${repeat}`;
}

/**
 * The log decides; details fill in what it does not keep. In the order of the queries, with the repeats of each query together.
 * @param answers as the log has them, by detailKey
 */
export function executionRecords(
  outcomes: Outcomes,
  answers: ReadonlyMap<string, string>,
  details: ReadonlyMap<string, ExecutionDetail>,
  { queries }: Pick<Benchmark, 'queries'>,
): ExecutionRecord[] {
  return [...outcomes]
    .sort((one, other) => one.queryIndex - other.queryIndex || one.repeat - other.repeat)
    .map((outcome) => {
      const query = queries[outcome.queryIndex];
      if (query === undefined) throw new RangeError(`the benchmark has no query ${outcome.queryIndex}`);
      const key = detailKey(outcome);
      return recordOf(outcome, answers.get(key) ?? '', details.get(key), query);
    });
}

function recordOf(
  outcome: KeptOutcome,
  answer: string,
  detail: ExecutionDetail | undefined,
  query: Benchmark['queries'][number],
): ExecutionRecord {
  const { queryIndex, repeat, score, failure } = outcome;
  const { calls, usage, simulated } = totalUse(outcome.tokens);
  return {
    queryId: query.id,
    queryIndex,
    repeat,
    score,
    otherScores: detail?.otherScores ?? outcome.otherScores ?? {},
    answer: detail?.answer ?? answer,
    answerIsWhole: detail !== undefined,
    ...(detail === undefined ? {} : { extracted: detail.extracted, latencyMs: detail.latencyMs }),
    ...(detail?.isolation === undefined ? {} : { isolation: detail.isolation }),
    reference: query.reference,
    ...defined({ failure }),
    calls,
    usage,
    simulated,
    ...addDoubts(outcome.tokens),
  };
}
