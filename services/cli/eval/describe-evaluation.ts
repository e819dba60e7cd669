import type { OtherScore } from '../../domain/comparison/summarise-evaluation.ts';
import type { ScoreInterval } from '../../domain/statistics/score-interval.ts';
import { formatCount, formatScore, formatShare, oneLine } from '../../shared/document/format.ts';
import { describeSpent } from '../progress/describe-spent.ts';
import type { EvaluationDocument } from './evaluation-document.ts';

/** The summary that people read: score, what it rests on, what it cost. */
export function describeEvaluation(document: EvaluationDocument): string {
  const { runId, benchmark, split, model, executions, queries, repeats, servedAs } = document;
  const name = oneLine(document.workflowName, 60);
  return [
    `Evaluation ${runId}${document.simulated ? ' (simulated model: not a result of a real one)' : ''}`,
    `  workflow    ${name === '' ? '' : `${name}, `}${document.workflow.slice(0, 16)}`,
    `  executed    ${executions} executions: ${queries} of ${document.queryCount} ${benchmark} ${split} queries${repeats > 1 ? `, ${repeats} times each` : ''}, by ${oneLine(model, 60)}${servedAs === undefined ? '' : `, served as ${oneLine(servedAs.join(', '), 60)}`}`,
    `  score       ${describeScore(document.score)}${describeCounted(document)}, by ${document.scorer}`,
    ...document.otherScores.map((other) => `              ${describeOtherScore(other, executions)}`),
    ...repeatLines(document),
    ...failureLines(document),
    `  tokens      ${describeTokens(document)}`,
    ...spentLines(document),
    ...latencyLines(document),
    ...isolationLines(document),
    ...(document.warnings ?? []).map((warning) => `  note        ${warning}`),
    ...(document.status === 'completed' ? [] : [`  status      ${document.status}: the figures cover what was executed before`]),
  ].join('\n');
}

/** What the score stands on, where that is not all that was executed. */
function describeCounted({ scored, queries }: EvaluationDocument): string {
  return scored === undefined ? '' : ` on ${scored.queries} of ${queries} queries`;
}

/** E.g. "0.9123 (95 % interval 0.8940 to 0.9280)". */
export function describeScore({ score, low, high, confidence }: ScoreInterval): string {
  return `${formatScore(score)} (${formatShare(confidence)} interval ${formatScore(low)} to ${formatScore(high)})`;
}

function describeOtherScore({ scorer, score, disagreements }: OtherScore, executions: number): string {
  return `${describeScore(score)}, by ${scorer}, which differs on ${disagreements} of ${executions} executions`;
}

function repeatLines({ scoreByRepeat, unsteadyQueries, queries, repeats }: EvaluationDocument): string[] {
  if (repeats < 2) return [];
  const each = scoreByRepeat.map(formatScore).join(', ');
  return [`  repeats     ${each}; ${unsteadyQueries} of ${queries} queries did not score the same each time`];
}

function failureLines({ failures, executions }: EvaluationDocument): string[] {
  if (failures.length === 0) return ['  failures    none'];
  return failures.map(
    ({ class: failureClass, kind, count, example }, index) =>
      `  ${index === 0 ? 'failures    ' : '            '}${count} of ${executions} ${describeKind(failureClass, kind)}, such as: ${oneLine(example, 80)}`,
  );
}

/** E.g. "infrastructure (poison)". */
function describeKind(failureClass: string, kind: string): string {
  return failureClass === kind ? kind : `${failureClass} (${kind})`;
}

function describeTokens({ tokens, usage, calls, executions, estimatedCalls = 0 }: EvaluationDocument): string {
  const parts = `${formatCount(usage.promptTokens)} prompt, ${formatCount(usage.completionTokens)} completion`;
  const guessed = estimatedCalls === 0 ? '' : `; those of ${formatCount(estimatedCalls)} calls are estimates`;
  return `${formatCount(tokens)} (${parts}) in ${formatCount(calls)} calls, ${formatCount(tokens / executions)} an execution${guessed}`;
}

function spentLines({ spent }: EvaluationDocument): string[] {
  const text = describeSpent(spent);
  return text === '' ? [] : [`  spent       ${text}`];
}

function latencyLines({ latencyMs }: EvaluationDocument): string[] {
  if (latencyMs === undefined) return [];
  const { median, p90, p99, max } = latencyMs;
  return [`  latency     median ${median} ms, 90 % within ${p90} ms, 99 % within ${p99} ms, longest ${max} ms`];
}

function isolationLines({ isolation }: EvaluationDocument): string[] {
  const levels = Object.entries(isolation).map(([level, count]) => `${count} in ${level}`);
  return levels.length === 0 ? [] : [`  isolation   ${levels.join(', ')}`];
}
