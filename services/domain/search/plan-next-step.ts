import { evaluateRound } from '../evaluation/evaluate-round.ts';
import { type EvaluationMethods, evaluationMethods } from '../evaluation/registry.ts';
import type { Failure } from '../failure.ts';
import { randomStream } from '../random.ts';
import { bestRound } from '../run/best-round.ts';
import type { Command } from '../run/command.ts';
import type { RoundStarted, RunEvent } from '../run/event.ts';
import { brokenProposals, proposalLimit } from '../run/proposals.ts';
import { isQueryLevel } from '../run/run-kind.ts';
import type { Round, RunState } from '../run/state.ts';
import { canonicalHash } from '../workflow/canonical-hash.ts';
import { wasCutShort } from './budget/cut-short.ts';
import { withinBudget } from './budget/reserve.ts';
import { brokenWorkflowsAllowed, planCanary } from './canary.ts';
import { selectParent } from './parents/select-parent.ts';
import { planFinalPick } from './plan-final-pick.ts';
import { planQueryLevel } from './query-level/plan-query-level.ts';
import { scoresZero } from './static-score.ts';
import { configuredStopRules } from './stop-rules/configured.ts';

/**
 * What must happen next, from the state alone: the same state gives the same commands, so a coordinator that restarts after any
 * event continues where the other one stopped. [] means that there is nothing to do (paused or ended).
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
  if (newest !== undefined && !newest.completed) return withinBudget(state, planRound(state, newest, methods));
  if (newest === undefined && state.memory === undefined && state.configuration.search.memory === true)
    return [{ kind: 'recall' }];
  return nextRoundOrEnd(state);
}

function planRound(state: RunState, newest: Round, methods: EvaluationMethods): readonly Command[] {
  if (newest.workflow === undefined) return planProposal(state, newest);
  if (isQueryLevel(state.configuration)) return planQueryLevel(state, newest, methods);
  const canary = planCanary(state, newest);
  return canary === undefined ? evaluateRound(state, newest, methods) : [canary];
}

/** Stop rules are consulted between rounds, when every workflow that was paid for has its score. */
function nextRoundOrEnd(state: RunState): readonly Command[] {
  const reason = wasCutShort(state) ? 'token-budget' : configuredStopRules(state.configuration.search)(state);
  if (bestRound(state) === undefined) {
    const isSpent = reason === 'token-budget';
    return append(isSpent ? { kind: 'run-completed', bestRound: 0, reason } : nextRound(state));
  }
  return reason === undefined ? append(nextRound(state)) : planFinalPick(state, reason);
}

function nextRound(state: RunState): RoundStarted {
  const { configuration, rounds } = state;
  const round = rounds.length + 1;
  if (round === 1) return { kind: 'round-started', round, parentRound: 0, candidates: [] };
  const random = randomStream(configuration.seed, 'select-parent', round);
  const { parents, ...settings } = configuration.search;
  return { kind: 'round-started', round, ...selectParent({ rounds, underWay: [], settings }, random, parents) };
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
  const message = `no usable workflow in ${turns} attempt${turns === 1 ? '' : 's'}; the last: ${last?.message ?? 'none made'}`;
  return { kind: last?.kind ?? 'invalid-workflow', message };
}

function append(event: RunEvent): readonly Command[] {
  return [{ kind: 'append', event }];
}
