import { finalScores } from '../picking/final-scores.ts';
import { nextPickStep, type PickExecution, type PickTokens } from '../picking/next-pick-step.ts';
import type { PickSettings, PickTask } from '../picking/pick-policy.ts';
import { defaultPickSettings, pickPolicies } from '../picking/registry.ts';
import { wantedExecutions } from '../picking/wanted-executions.ts';
import { randomStream } from '../random.ts';
import type { Command, ExecuteCommand } from '../run/command.ts';
import type { SearchSettings } from '../run/configuration.ts';
import { earlierRounds } from '../run/earlier-rounds.ts';
import type { StopReason } from '../run/event.ts';
import { meanCosts } from '../run/ledger/mean-cost.ts';
import { totalUse } from '../run/ledger/totals.ts';
import { memoryOf } from '../run/memory.ts';
import { objectiveOf } from '../run/objective.ts';
import { parallelismOf } from '../run/rounds-seen.ts';
import type { RunState } from '../run/state.ts';
import { jobCosts } from './budget/job-cost.ts';
import { reservation } from './budget/reserve.ts';
import { hasBudget, tokensForPick, tokensLeft } from './budget/tokens-left.ts';

/**
 * Once a stop rule has fired: what the pick policy still wants executed, or the end of the run with its winner. With a token
 * budget, as much of that as is reserved; if nothing more fits, the policy names its winner from what it has.
 */
export function planFinalPick(state: RunState, reason: StopReason): readonly Command[] {
  if (state.limit?.reached.ends === 'pick') return end(cutPick(state), 'limit');
  if (!hasBudget(state)) {
    const step = nextStep(state);
    return step.kind === 'pick' ? end(step.round, reason) : execute(state, step.executions);
  }
  const { open = 0, done = 0 } = state.reservation ?? {};
  // What was wanted when the tokens were reserved: outcomes that have come since change the order of what is left.
  const outcomes = state.finalOutcomes ?? [];
  const then = open === 0 ? outcomes : outcomes.slice(0, outcomes.length - done);
  const step = nextStep(state, { finalOutcomes: then });
  if (step.kind === 'pick') return end(step.round, step.isLimited ? 'token-budget' : reason);
  if (open > 0) {
    const since = new Set(outcomes.slice(then.length).map(({ round, outcome }) => `${round}/${outcome.queryIndex}`));
    const reserved = step.executions.slice(0, open + done);
    return execute(
      state,
      reserved.filter(({ round, queryIndex }) => !since.has(`${round}/${queryIndex}`)),
    );
  }
  const costs = step.executions.flatMap((execution) => execute(state, [execution]).flatMap((one) => jobCosts(state, one)));
  const event = reservation(costs, tokensLeft(state));
  if (event !== undefined) return [{ kind: 'append', event }];
  return end(cutPick(state), 'token-budget');
}

/**
 * Executions that the final pick will want after the step that it is at, whatever comes of that. They may be done at once; their
 * outcomes enter the log when planFinalPick asks for them. None with a token budget.
 */
export function executionsAhead(state: RunState): readonly ExecuteCommand[] {
  if (state.status !== 'running' || hasBudget(state) || state.limit !== undefined) return [];
  const step = nextStep(state);
  return step.kind === 'pick' ? [] : execute(state, step.ahead);
}

/** The winner by what there is. */
function cutPick(state: RunState): number {
  const last = nextStep(state, { isCut: true });
  if (last.kind !== 'pick') throw new RangeError('a pick that is cut short executes nothing');
  return last.round;
}

function end(round: number, reason: StopReason): readonly Command[] {
  return [{ kind: 'append', event: { kind: 'run-completed', bestRound: round, reason } }];
}

/**
 * One command per workflow, by round: in the order of the policy's requests, what is left after a batch would start at a
 * different place.
 */
function execute(state: RunState, executions: readonly PickExecution[]): ExecuteCommand[] {
  const byRound = [...Map.groupBy(executions, ({ round }) => round)].sort(([one], [other]) => one - other);
  return byRound.map(([round, ofRound]) => ({
    kind: 'execute',
    round,
    workflowHash: state.rounds[round - 1]?.workflowHash ?? '',
    executions: ofRound.map(({ queryIndex }) => ({ queryIndex, repeat: 0 })),
    purpose: 'final',
  }));
}

interface PickView {
  /** Those that the policy may know about. */
  readonly finalOutcomes?: NonNullable<RunState['finalOutcomes']>;
  readonly isCut?: boolean;
}

function nextStep(state: RunState, { finalOutcomes = state.finalOutcomes ?? [], isCut = false }: PickView = {}) {
  const policy = pickPolicies.named(state.configuration.search.finalPick?.policy ?? 'argmax');
  const tokens = hasBudget(state) ? { tokens: pickTokens(state), isCut } : { isCut };
  return nextPickStep(policy, pickTask(state), finalScores({ ...state, finalOutcomes }), tokens);
}

function pickTask(state: RunState): PickTask {
  const { seed, benchmark, search } = state.configuration;
  const candidates = earlierRounds(state.rounds);
  const objective = objectiveOf(search);
  return {
    queryCount: benchmark.queryCount,
    candidates,
    memory: memoryOf(state),
    budget: wantedExecutions(state, candidates.length),
    settings: { ...defaultPickSettings, ...pickSettings(search) },
    objective,
    // A pick that executes nothing goes by what there is; one that looks for the score alone is left alone.
    ...(objective.kind !== 'highest-score' && { againstStart: search.finalPick === undefined ? 0 : benchmark.queryCount }),
    parallelism: parallelismOf(state.configuration),
    random: randomStream(seed, 'pick'),
    runRandom: randomStream(seed, 'evaluate'),
  };
}

function pickSettings({ finalPick }: SearchSettings): Partial<PickSettings> {
  if (finalPick === undefined) return {};
  const { topK, own } = finalPick;
  return own === undefined ? { topK } : { topK, own };
}

/** What the token budget leaves to the pick, and what its executions use of that. */
function pickTokens(state: RunState): PickTokens {
  const taken = new Map((state.finalOutcomes ?? []).map(({ round, outcome }) => [`${round}/${outcome.queryIndex}`, outcome]));
  return {
    left: tokensForPick(state),
    perExecution: meanCosts(state)?.better ?? 0,
    taken: (round, queryIndex) => totalUse(taken.get(`${round}/${queryIndex}`)?.tokens ?? []).tokens,
  };
}
