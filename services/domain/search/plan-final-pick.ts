import { earlierRounds } from '../evaluation/evidence.ts';
import { totalUse } from '../ledger/totals.ts';
import { randomStream } from '../random.ts';
import { mean } from '../statistics/intervals.ts';
import type { Command } from './command.ts';
import type { StopReason } from './event.ts';
import { nextPickStep } from './final-pick/next-pick-step.ts';
import type { PickTask } from './final-pick/pick-policy.ts';
import { defaultPickSettings, pickPolicyNamed } from './final-pick/registry.ts';
import { finalScores } from './final-scores.ts';
import { memoryOf } from './memory.ts';
import type { RunState } from './state.ts';

/** Once a stop rule has spoken: what the pick policy still wants executed, or the end of the run with its winner. */
export function planFinalPick(state: RunState, reason: StopReason): readonly Command[] {
  const policy = pickPolicyNamed(state.configuration.search.finalPick?.policy ?? 'argmax');
  const step = nextPickStep(policy, pickTask(state), finalScores(state));
  if (step.kind === 'pick') return [{ kind: 'append', event: { kind: 'run-completed', bestRound: step.round, reason } }];
  // One command a workflow, by round: in the order of the policy's requests, what is left after a batch would begin elsewhere.
  const byRound = [...Map.groupBy(step.executions, ({ round }) => round)].sort(([one], [other]) => one - other);
  return byRound.map(([round, executions]) => ({
    kind: 'execute',
    round,
    workflowHash: state.rounds[round - 1]?.workflowHash ?? '',
    executions: executions.map(({ queryIndex }) => ({ queryIndex, repeat: 0 })),
    purpose: 'final',
  }));
}

function pickTask(state: RunState): PickTask {
  const { seed, benchmark, search } = state.configuration;
  const candidates = earlierRounds(state.rounds);
  return {
    queryCount: benchmark.queryCount,
    candidates,
    memory: memoryOf(state),
    budget: pickBudget(state, candidates.length),
    settings: { ...defaultPickSettings, ...(search.finalPick && { topK: search.finalPick.topK }) },
    random: randomStream(seed, 'pick'),
    runRandom: randomStream(seed, 'evaluate'),
  };
}

/**
 * Executions that the pick may spend. The K best in full is what `top` means; the others get their share, of the tokens as well:
 * better workflows tend to be dearer, and the pick executes mostly those. What is left of a token budget bounds both, by the
 * mean of what an execution has taken. Nothing here depends on what the pick has spent so far.
 */
export function pickBudget(state: RunState, candidates: number): number {
  const { search, benchmark } = state.configuration;
  const { finalPick, tokenBudget } = search;
  if (finalPick === undefined) return 0;
  const full = candidates * benchmark.queryCount;
  const wanted =
    finalPick.policy === 'top' ? finalPick.topK * benchmark.queryCount : Math.round(finalPick.share * full * cheapness(state));
  return Math.min(wanted, full, tokenBudget > 0 ? affordable(state, tokenBudget) : full);
}

/** Tokens of a mean execution over those of a mean execution of the better half, at most 1. */
function cheapness({ rounds }: RunState): number {
  const costs = rounds
    .filter(({ evaluation, outcomes }) => evaluation !== undefined && outcomes.length > 0)
    .toSorted((one, other) => (other.evaluation?.score ?? 0) - (one.evaluation?.score ?? 0))
    .map(({ outcomes }) => totalUse(outcomes.flatMap(({ tokens }) => tokens)).tokens / outcomes.length);
  if (costs.length === 0) return 1;
  const better = mean(costs.slice(0, Math.ceil(costs.length / 2)));
  return better > 0 ? Math.min(1, mean(costs) / better) : 1;
}

function affordable({ rounds, ledger }: RunState, tokenBudget: number): number {
  const outcomes = rounds.flatMap((round) => round.outcomes);
  const perExecution = totalUse(outcomes.flatMap(({ tokens }) => tokens)).tokens / Math.max(1, outcomes.length);
  const spent = totalUse(ledger.filter(({ phase }) => phase !== 'final')).tokens;
  const left = Math.max(0, tokenBudget - spent);
  return perExecution > 0 ? Math.floor(left / perExecution) : Number.MAX_SAFE_INTEGER;
}
