import type { Failure, FailureKind } from '../failure.ts';
import { isScored } from '../failure-class.ts';
import type { ExecuteCommand } from '../run/command.ts';
import type { ExecutionOutcome } from '../run/event.ts';
import type { KeptOutcome } from '../run/outcomes/outcome-columns.ts';
import { brokenProposals } from '../run/proposals.ts';
import type { Round, RunState } from '../run/state.ts';

/** The part of the latest executions that may be lost to the infrastructure before the run pauses itself. */
export const defaultFailureShare = 0.2;
/** Fewer are no reason: one query that nothing survives must not stop a run. */
const leastLost = 3;
/** The round's own executions are looked at and, if it has fewer, those before it. */
const leastLookedAt = 20;

const doubtful: ReadonlySet<FailureKind> = new Set(['refused', 'malformed-reply']);

interface Ended {
  readonly failure?: Failure;
}

/**
 * Whether an execution counts against the share: it has no score, or the endpoint refused its request or gave it broken replies
 * only. Of one request that is an answer, but an endpoint that treats many so is set up wrongly, or broken.
 */
export function isLost(ended: Ended): boolean {
  return !isScored(ended) || (ended.failure !== undefined && doubtful.has(ended.failure.kind));
}

/**
 * Why these outcomes should not enter the log: too many of the latest executions say nothing about their workflows, so that the
 * search would go on by what is left, or not one of the first round does. Undefined if they may.
 * @param share the part that may be lost, from 0 to 1: 1 lets everything in
 */
export function tooManyLost(
  state: RunState,
  { round, purpose }: Pick<ExecuteCommand, 'round' | 'purpose'>,
  outcomes: readonly ExecutionOutcome[],
  share: number,
): string | undefined {
  if (share >= 1 || !outcomes.some(isLost)) return undefined;
  const own = [...ownOf(state, round, purpose), ...outcomes];
  const looked = withEarlier(state, round, purpose, own);
  const lost = looked.flatMap(({ failure }) => (failure !== undefined && isLost({ failure }) ? [failure] : []));
  const isNothingLeft = round === 1 && purpose === undefined && own.every(isLost);
  const isTooMuch = lost.length >= leastLost && lost.length > share * looked.length;
  if (!isTooMuch && !isNothingLeft) return undefined;
  const percent = (part: number) => `${Math.round(100 * part)} %`;
  const limit = isTooMuch ? `, more than the ${percent(share)} that failure_share allows` : '';
  return (
    `${lost.length} of the last ${looked.length} executions (${percent(lost.length / looked.length)}) failed for reasons that say ` +
    `nothing about the workflow${limit}: ${examplesOf(lost)}. They are not in the log, and are executed again when the run is resumed`
  );
}

function ownOf(state: RunState, round: number, purpose: ExecuteCommand['purpose']): Ended[] {
  if (purpose === 'final') return (state.finalOutcomes ?? []).map(({ outcome }) => outcome);
  return purpose === 'canary' ? [] : [...(state.rounds[round - 1]?.outcomes ?? [])];
}

/** The newest last. */
function withEarlier(
  state: RunState,
  round: number,
  purpose: ExecuteCommand['purpose'],
  own: readonly Ended[],
): readonly Ended[] {
  let looked = own;
  const last = purpose === 'final' ? state.rounds.length : purpose === 'canary' ? round : round - 1;
  for (let place = last; place >= 1 && looked.length < leastLookedAt; place -= 1) {
    looked = [...endedIn(state.rounds[place - 1]).slice(looked.length - leastLookedAt), ...looked];
  }
  return looked;
}

/** Workflows that failed on their canary were executed, too. */
function endedIn(round: Round | undefined): readonly Ended[] {
  if (round === undefined) return [];
  return [...brokenProposals(round), ...(round.outcomes as Iterable<KeptOutcome>)];
}

function examplesOf(lost: readonly Failure[]): string {
  const kinds: [FailureKind, Failure[]][] = [...Map.groupBy(lost, ({ kind }) => kind)];
  return kinds
    .toSorted(([, one], [, other]) => other.length - one.length)
    .map(([kind, all]) => `${all.length} × ${kind} (${all.at(-1)?.message ?? ''})`)
    .join('; ');
}
