import { InvalidArgumentError } from 'commander';
import type { ExecutionRecord } from '../../domain/comparison/execution-record.ts';
import { mean } from '../../domain/statistics/intervals.ts';
import { formatScore, oneLine } from '../../shared/document/format.ts';
import type { EvaluationDocument } from '../eval/evaluation-document.ts';
import type { Gate } from './gate.ts';
import type { TestCase } from './junit.ts';

/** A score that something must reach. @throws InvalidArgumentError unless it is in [0, 1] */
export function requiredScore(text: string): number {
  const score = Number(text);
  if (/^\d*\.?\d+$/.test(text) && score <= 1) return score;
  throw new InvalidArgumentError('it must be a score from 0 to 1, such as 0.85.');
}

/**
 * Whether an evaluation reaches a score. One that some queries have no part in, since their executions are missing, does not:
 * what they would have scored is not known.
 */
export function scoreGate(required: number, { score, queries, queryCount }: EvaluationDocument): Gate {
  const found = `${formatScore(score.score)} (${formatScore(score.low)} to ${formatScore(score.high)})`;
  const all = queries === queryCount;
  return {
    requirement: `a score of at least ${required}`,
    // The mean of exact halves may miss the last bit of what was written down.
    isMet: all && score.score >= required - 1e-9,
    found: all ? `${found} on ${queries} queries` : `${found}, but only ${queries} of ${queryCount} queries were executed`,
  };
}

/** A test case for each query; a wrong answer is a remark, since the gates decide. */
export function queryCases({ benchmark, split }: EvaluationDocument, records: readonly ExecutionRecord[]): TestCase[] {
  return [...Map.groupBy(records, ({ queryId }) => queryId)].map(([name, repeats]) => {
    const score = mean(repeats.map((record) => record.score));
    const failure = repeats.find((record) => record.failure !== undefined)?.failure;
    const timed = repeats.flatMap(({ latencyMs }) => latencyMs ?? []);
    const { answer = '', reference = '' } = repeats[0] ?? {};
    const why = failure === undefined ? `answer ${oneLine(answer, 200)}, reference ${oneLine(reference, 200)}` : failure.message;
    return {
      ...{ name, group: `${benchmark}.${split}` },
      ...(timed.length > 0 && { seconds: timed.reduce((sum, ms) => sum + ms, 0) / 1000 }),
      ...(score < 1 && { remark: `score ${formatScore(score)}: ${why}` }),
    };
  });
}
