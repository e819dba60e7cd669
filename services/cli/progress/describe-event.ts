import { countOf, nounFor } from '../../domain/names/count-of.ts';
import { failedIn, groupFailures } from '../../domain/report/group-failures.ts';
import { describeReached } from '../../domain/run/describe-limit.ts';
import type { LimitReached, RunEvent } from '../../domain/run/event.ts';
import { totalUse } from '../../domain/run/ledger/totals.ts';
import { isEvaluation } from '../../domain/run/run-kind.ts';
import type { Round, RunState } from '../../domain/run/state.ts';
import { exact, formatCount, formatScore, oneLine } from '../../shared/document/format.ts';
import { describeParents } from './describe-parents.ts';

/** From this share of its executions, a round's failures are told. */
const failuresTold = 0.2;

export interface EventLine {
  readonly text: string;
  /** A milestone is kept above the drawn progress; a detail is only for those who read lines. */
  readonly weight: 'milestone' | 'detail';
  readonly tone: 'plain' | 'good' | 'bad';
}

/** One line about an event, or none where it tells a reader nothing new. `state` is the state after it. */
export function describeEvent(event: RunEvent, state: RunState): EventLine | undefined {
  switch (event.kind) {
    case 'run-started':
      return milestone(describeStart(state));
    case 'memory-recalled':
      return milestone(describeMemory(event));
    case 'tokens-reserved':
      return undefined;
    case 'spending-noted':
      return milestone(
        `${formatCount(event.tokens)} tokens were paid for on top of what is charged; the token budget counts them`,
      );
    case 'limit-reached':
      return { ...milestone(describeLimitReached(event)), tone: 'bad' };
    case 'limits-raised':
      return milestone('the limits allow more: the run goes on from where the first of them was reached');
    case 'round-started':
      return event.parentRound === 0 ? undefined : detail(`round ${event.round}: ${describeParents(event)}`);
    case 'workflow-proposed':
      if (event.turn === 0) return undefined;
      if (event.failure !== undefined) {
        return {
          ...detail(`round ${event.round}: proposal ${event.turn} refused: ${oneLine(event.failure.message)}`),
          tone: 'bad',
        };
      }
      return detail(`round ${event.round}: proposed “${oneLine(event.modification)}”`);
    case 'query-workflow-proposed':
      return event.failure === undefined
        ? undefined
        : {
            ...detail(`query ${event.queryIndex}: proposal ${event.turn} refused: ${oneLine(event.failure.message)}`),
            tone: 'bad',
          };
    case 'canary-completed':
      return event.outcome.failure === undefined
        ? undefined
        : { ...detail(`round ${event.round}: broken: ${oneLine(event.outcome.failure.message)}`), tone: 'bad' };
    case 'sample-drawn': {
      const { queryCount } = state.configuration.benchmark;
      return detail(`round ${event.round}: executing ${event.queryIndexes.length} of ${countOf(queryCount, 'query')}`);
    }
    case 'executions-completed':
      return undefined;
    case 'prediction-completed':
      return event.score === undefined
        ? {
            ...detail(`round ${event.round}: no prediction: ${oneLine(event.failure?.message ?? 'the optimizer gave none')}`),
            tone: 'bad',
          }
        : detail(`round ${event.round}: predicted ${formatScore(event.score)}`);
    case 'round-completed':
      return describeRound(event, state);
    case 'final-executions-completed':
      return detail(`final pick: executed round ${event.round} on ${countOf(event.outcomes.length, 'more query')}`);
    case 'run-completed':
      return describeEnd(event, state);
    case 'run-cancelled':
      return { ...milestone(`cancelled: ${oneLine(event.reason)}`), tone: 'bad' };
    case 'run-failed':
      return { ...milestone(`failed: ${oneLine(event.failure.message, 400)}`), tone: 'bad' };
    case 'run-paused':
      return milestone('paused');
    case 'run-resumed':
      return milestone('resumed');
  }
}

function describeEnd({ bestRound, reason }: Extract<RunEvent, { kind: 'run-completed' }>, state: RunState): EventLine {
  const why =
    reason === 'token-budget'
      ? describeBudget(state.configuration.search.tokenBudget, state.ledger)
      : reason === 'limit' && state.limit !== undefined
        ? describeReached(state.limit.reached)
        : reason === 'max-rounds'
          ? 'all rounds done'
          : reason;
  if (bestRound === 0) return { ...milestone(`completed (${why}): no workflow has a score`), tone: 'bad' };
  const score = state.rounds[bestRound - 1]?.evaluation?.score;
  const scored = score === undefined ? '' : ` with ${formatScore(score)}`;
  return { ...milestone(`completed (${why}): best is round ${bestRound}${scored}`), tone: 'good' };
}

function describeLimitReached(event: LimitReached): string {
  const { limit, used, ends } = event;
  const spent = limit === 'time' || limit === 'stop' ? '' : `, with ${exact(used)} spent`;
  const then = ends === 'search' ? 'the search ends, and the final pick has what is kept for it' : 'the final pick ends';
  return `${describeReached(event)}${spent}: ${then}`;
}

function describeBudget(budget: number, ledger: RunState['ledger']): string {
  return `the token budget: ${exact(totalUse(ledger).tokens)} of ${exact(budget)} tokens charged, and the rest is not enough for more`;
}

function describeStart({ configuration }: RunState): string {
  const { name, benchmark, search, evaluation, seed } = configuration;
  const queries = `${oneLine(name)}: ${countOf(benchmark.queryCount, `${benchmark.name} query`)}`;
  if (isEvaluation(configuration))
    return `${queries}, each ${evaluation.repeats === 1 ? 'once' : `${evaluation.repeats} times`}, seed ${seed}`;
  return (
    `${queries}, up to ${search.maxRounds} rounds, ` +
    `${evaluation.warmUpRounds} of them warm-up, evaluation ${evaluation.method}, seed ${seed}`
  );
}

function describeMemory({ rows }: Extract<RunEvent, { kind: 'memory-recalled' }>): string {
  if (rows.length === 0) return 'memory: nothing is kept from earlier runs on these queries';
  const runs = new Set(rows.map(({ runId }) => runId)).size;
  const executions = rows.reduce((sum, { queries }) => sum + queries.length, 0);
  return `memory: ${rows.length} workflows with ${formatCount(executions)} executions from ${countOf(runs, 'earlier run')}`;
}

function describeRound(event: Extract<RunEvent, { kind: 'round-completed' }>, state: RunState): EventLine {
  const { evaluation, failure } = event;
  if (evaluation === undefined) {
    return {
      ...milestone(`round ${event.round}: no workflow: ${oneLine(failure?.message ?? 'no reason was given')}`),
      tone: 'bad',
    };
  }
  const parts = [
    evaluation.predicted === undefined ? '' : `predicted ${formatScore(evaluation.predicted)}`,
    evaluation.fewShot === undefined ? '' : `few-shot ${formatScore(evaluation.fewShot)}`,
    `${formatCount(evaluation.executions)} ${nounFor(evaluation.executions, 'execution')}`,
    describeFailed(state.rounds[event.round - 1]),
  ].filter((part) => part !== '');
  const previous = state.rounds.slice(0, event.round - 1).map((round) => round.evaluation?.score ?? 0);
  const isBest = evaluation.score > Math.max(0, ...previous);
  const line = `round ${event.round}: ${formatScore(evaluation.score)} by ${evaluation.method} (${parts.join(', ')})`;
  return { ...milestone(isBest ? `${line}, the best so far` : line), tone: isBest ? 'good' : 'plain' };
}

/** Where failures decide the score. */
function describeFailed(round: Round | undefined): string {
  const failures = round === undefined ? [] : failedIn(round);
  if (round === undefined || failures.length === 0 || failures.length < failuresTold * round.outcomes.length) return '';
  const kinds = groupFailures(failures).map(({ kind }) => kind);
  return `${formatCount(failures.length)} failed: ${kinds.join(', ')}`;
}

function milestone(text: string): EventLine {
  return { text, weight: 'milestone', tone: 'plain' };
}

function detail(text: string): EventLine {
  return { text, weight: 'detail', tone: 'plain' };
}
