import { evaluateRound } from '../evaluation/evaluate-round.ts';
import { type EvaluationMethods, evaluationMethods } from '../evaluation/registry.ts';
import type { Failure } from '../failure.ts';
import { countOf } from '../names/count-of.ts';
import { randomStream } from '../random.ts';
import { bestRound } from '../run/best-round.ts';
import type { Command } from '../run/command.ts';
import type { RoundStarted, RunEvent, StopReason } from '../run/event.ts';
import { brokenProposals, proposalLimit } from '../run/proposals.ts';
import { lastRoundSeen } from '../run/rounds-seen.ts';
import { isQueryLevel } from '../run/run-kind.ts';
import type { Round, RunState } from '../run/state.ts';
import { canonicalHash } from '../workflow/canonical-hash.ts';
import { cutShort, wasCutShort } from './budget/cut-short.ts';
import { withinBudget } from './budget/reserve.ts';
import { brokenWorkflowsAllowed, planCanary } from './canary.ts';
import { knowsEditsUnderWay } from './edits-under-way.ts';
import { planMerge } from './parents/plan-merge.ts';
import { selectParent } from './parents/select-parent.ts';
import { planFinalPick } from './plan-final-pick.ts';
import { planQueryLevel } from './query-level/plan-query-level.ts';
import { scoresZero } from './static-score.ts';
import { configuredStopRules } from './stop-rules/configured.ts';
import { viewOf } from './view-of.ts';

/**
 * What must happen next, from the state alone: the same state gives the same commands, so a coordinator that restarts after any
 * event continues where the other one stopped. [] means that there is nothing to do (paused, ended or, for a round that is
 * planned ahead of the log, waiting for an edit of a round before it).
 *
 * A round is planned from what it may see (viewOf), so it does not matter whether the rounds before it are over: the state may be
 * the log's, or one in which they are still under way.
 *
 * Contract with whatever performs the commands, which keeps the log the same byte for byte:
 * - An `append` and a `recall` come alone. Append the event, apply it, plan again.
 * - `execute`, `propose` and `predict` may be performed at once and finish in any order, but their events are appended in the
 *   order of the commands, those of an execute command before the prediction next to it.
 * - The outcomes of an execute command are appended in the order of its executions, in batches whose bounds depend
 *   only on their number. Planning again in between is harmless: the command then lists only what has no outcome yet.
 * - A job that cannot be done still produces its event: an outcome, a proposal or a prediction with a failure.
 */
export function planNextStep(state: RunState, methods: EvaluationMethods = evaluationMethods): readonly Command[] {
  if (state.status !== 'running') return [];
  const newest = state.rounds.at(-1);
  if (state.limit !== undefined) return planTheEnd(state, newest);
  if (newest !== undefined && !newest.completed) {
    if (newest.workflow === undefined && !knowsEditsUnderWay(state, newest)) return [];
    const view = viewOf(state, newest.round);
    return withinBudget(view, planRound(view, newest, methods));
  }
  if (newest === undefined && state.memory === undefined && state.configuration.search.memory === true)
    return [{ kind: 'recall' }];
  return nextRoundOrEnd(state);
}

/** A limit was reached: what is under way ends as it is, and the final pick has its share. */
function planTheEnd(state: RunState, newest: Round | undefined): readonly Command[] {
  if (newest !== undefined && !newest.completed) return append(cutShort(state));
  return bestRound(state) === undefined
    ? append({ kind: 'run-completed', bestRound: 0, reason: 'limit' })
    : planFinalPick(state, 'limit');
}

function planRound(state: RunState, newest: Round, methods: EvaluationMethods): readonly Command[] {
  if (newest.workflow === undefined) return planProposal(state, newest);
  if (isQueryLevel(state.configuration)) return planQueryLevel(state, newest, methods);
  const canary = planCanary(state, newest);
  return canary === undefined ? evaluateRound(state, newest, methods) : [canary];
}

/**
 * The beginning of the round after the newest, while that and others before it may still be under way; undefined if one that it
 * must see is, or if no further round follows.
 */
export function nextRoundAhead(state: RunState): RoundStarted | undefined {
  const seen = lastRoundSeen(state.configuration, state.rounds.length + 1);
  if (!state.rounds.slice(0, seen).every(({ completed }) => completed)) return undefined;
  const next = nextRoundOrReason(state);
  return typeof next === 'string' ? undefined : next;
}

function nextRoundOrEnd(state: RunState): readonly Command[] {
  const next = nextRoundOrReason(state);
  if (typeof next !== 'string') return append(next);
  return bestRound(state) === undefined
    ? append({ kind: 'run-completed', bestRound: 0, reason: next })
    : planFinalPick(state, next);
}

/**
 * Stop rules are consulted between rounds, when every workflow that was paid for and that the next round may see has its score.
 * Without any score, only a spent budget ends the search.
 */
function nextRoundOrReason(state: RunState): RoundStarted | StopReason {
  const view = viewOf(state, state.rounds.length + 1);
  const reason = wasCutShort(view) ? 'token-budget' : configuredStopRules(view.configuration.search)(view);
  if (reason === undefined || (bestRound(view) === undefined && reason !== 'token-budget')) return nextRound(view);
  return reason;
}

function nextRound(state: RunState): RoundStarted {
  const { configuration, rounds } = state;
  const round = rounds.length + 1;
  if (round === 1) return { kind: 'round-started', round, parentRound: 0, candidates: [] };
  const random = randomStream(configuration.seed, 'select-parent', round);
  const { parents, ...settings } = configuration.search;
  const merge = planMerge(state, round);
  if (merge !== undefined) return { kind: 'round-started', round, ...merge };
  const underWay = rounds.flatMap(({ isUnderWay, parentRound }) => (isUnderWay ? [parentRound] : []));
  return { kind: 'round-started', round, ...selectParent({ rounds, underWay, settings }, random, parents) };
}

/** A refused proposal is asked for again; a round without a workflow after the last turn is over, and counts as a round. */
function planProposal({ configuration }: RunState, open: Round): readonly Command[] {
  const { round, proposals } = open;
  if (round === 1) return append(initialProposal(configuration.initialWorkflow));
  const turn = proposals.length + 1;
  const mayAsk =
    turn <= proposalLimit(open, configuration.search) && !scoresZero(proposals.at(-1)?.failure, configuration.search);
  if (mayAsk && brokenProposals(open).length < brokenWorkflowsAllowed) return [{ kind: 'propose', round, turn }];
  return append({ kind: 'round-completed', round, failure: noWorkflow(proposals.length, proposals.at(-1)?.failure) });
}

function initialProposal(workflow: RunState['configuration']['initialWorkflow']): RunEvent {
  const workflowHash = canonicalHash(workflow);
  return { kind: 'workflow-proposed', round: 1, turn: 0, modification: '', workflow, workflowHash, reply: '' };
}

function noWorkflow(turns: number, last: Failure | undefined): Failure {
  // The wording that logs have had from the start: the same seed gives the same bytes.
  const message = `no usable workflow in ${countOf(turns, 'attempt')}; the last: ${last?.message ?? 'none made'}`;
  return { kind: last?.kind ?? 'invalid-workflow', message };
}

function append(event: RunEvent): readonly Command[] {
  return [{ kind: 'append', event }];
}
