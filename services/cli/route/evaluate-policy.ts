import type { Query } from '../../domain/benchmark.ts';
import type { Failure } from '../../domain/failure.ts';
import { isScored } from '../../domain/failure-class.ts';
import type { CodeRunner, Usage } from '../../domain/ports.ts';
import { scoreAnswer } from '../../domain/scoring/score-answer.ts';
import { mean } from '../../domain/statistics/intervals.ts';
import { type ScoreInterval, scoreInterval } from '../../domain/statistics/score-interval.ts';
import type { LoadedBenchmark } from '../../shared/benchmarks/load-benchmark.ts';
import { linked } from '../../shared/lifecycle/abort.ts';
import type { Timing } from '../../shared/lifecycle/timing.ts';
import { CliError } from '../cli-error.ts';
import { createCallAccount } from '../in-process/workflow-executor.ts';
import type { PolicyAnswerer } from './answer-by-policy.ts';
import type { RouteShown } from './route-shown.ts';

/** One query as the policy has answered it. Its fields are those of the records of `scale eval`, as far as both have them. */
export interface RoutedRecord {
  readonly query: string;
  readonly repeat: number;
  readonly score: number;
  readonly answer: string;
  readonly reference: string;
  readonly benchmark: string;
  readonly split: string;
  readonly scorer: string;
  readonly simulated: boolean;
  readonly failure_kind?: string;
  readonly calls: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** Of the policy: which step answered, and its name. */
  readonly step: number;
  readonly step_name: string;
}

export interface PolicyEvaluation {
  readonly score: ScoreInterval;
  /** Of an answer. */
  readonly tokens: number;
  readonly queries: number;
  /** Executions that say nothing, since the infrastructure failed them. */
  readonly lost: number;
  readonly simulated: boolean;
  readonly steps: readonly { readonly step: number; readonly name: string; readonly share: number }[];
  readonly records: readonly RoutedRecord[];
}

export interface EvaluationWork {
  readonly answerer: PolicyAnswerer;
  readonly benchmark: LoadedBenchmark;
  readonly code: CodeRunner;
  readonly seed: number;
  /** Queries at once. */
  readonly atOnce: number;
  /** Of one answer. */
  readonly deadlineMs: number;
  readonly timing: Timing;
  readonly signal: AbortSignal;
  onProgress(done: number): void;
}

/**
 * Answers every query of a split by a policy, and scores the answers.
 * @throws CliError for one that takes longer than it may; InfrastructureError, SandboxError, or the signal's reason
 */
export async function evaluatePolicy(work: EvaluationWork): Promise<PolicyEvaluation> {
  const { benchmark, atOnce, onProgress } = work;
  const records: RoutedRecord[] = [];
  const waiting = benchmark.queries.entries();
  let done = 0;
  const answerOneByOne = async (): Promise<void> => {
    for (const [index, query] of waiting) {
      records[index] = await recordOf(work, query);
      done += 1;
      onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, benchmark.queries.length) }, answerOneByOne));
  const counted = records.filter(
    ({ failure_kind: kind }) => kind === undefined || isScored({ failure: { kind, message: '' } as Failure }),
  );
  const steps = [...Map.groupBy(counted, ({ step }) => step)].sort(([one], [other]) => one - other);
  return {
    score: scoreInterval(counted.map(({ score }) => [score])),
    tokens: mean(counted.map((record) => record.prompt_tokens + record.completion_tokens)),
    ...{ queries: counted.length, lost: records.length - counted.length },
    simulated: records.some(({ simulated }) => simulated),
    steps: steps.map(([step, some]) => ({ step, name: some[0]?.step_name ?? '', share: some.length / counted.length })),
    records,
  };
}

async function recordOf(work: EvaluationWork, query: Query): Promise<RoutedRecord> {
  const { deadlineMs, timing } = work;
  work.signal.throwIfAborted();
  using ending = linked(work.signal);
  const { signal } = ending;
  const late = `query ${query.id} was not answered within ${deadlineMs / 1_000} s: see whether its endpoint works, or give --deadline more`;
  const cancel = timing.after(deadlineMs, () => ending.abort(new CliError('unreachable', late)));
  try {
    return await answered(work, query, signal);
  } finally {
    cancel();
  }
}

async function answered(
  { answerer, benchmark, code, seed }: EvaluationWork,
  query: Query,
  signal: AbortSignal,
): Promise<RoutedRecord> {
  const account = createCallAccount();
  const { answer, failure, route } = await answerer.answer(query.fields, { id: query.id, seed, account }, signal);
  const { name, split, scorer } = benchmark;
  const about = (scored: number, usage: Usage, failed: Failure | undefined, way: RouteShown | undefined): RoutedRecord => ({
    ...{ query: query.id, repeat: 0, score: scored, answer, reference: query.reference, benchmark: name, split, scorer },
    ...{ simulated: account.simulated, ...(failed && { failure_kind: failed.kind }), calls: account.calls },
    ...{ prompt_tokens: usage.promptTokens, completion_tokens: usage.completionTokens },
    ...{ step: way?.step ?? -1, step_name: way?.name ?? '' },
  });
  if (failure !== undefined) return about(0, account.usage, failure, route);
  const { scores, failure: unscored } = await scoreAnswer(answer, query, benchmark, { code, signal });
  return about(unscored === undefined ? scores.score : 0, account.usage, unscored, route);
}
