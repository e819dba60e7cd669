import { applyEvent } from '../../domain/run/apply-event.ts';
import type { Command } from '../../domain/run/command.ts';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import type { RunEvent, WorkflowProposed } from '../../domain/run/event.ts';
import { completionJobId, executionJobId } from '../../domain/run/job-id.ts';
import { jobsOfEvent } from '../../domain/run/jobs-of-event.ts';
import { lastRoundSeen } from '../../domain/run/rounds-seen.ts';
import type { Round, RunState } from '../../domain/run/state.ts';
import { repeatedRound } from '../../domain/search/admit-proposal.ts';
import { firstTaken } from '../../domain/search/edits-under-way.ts';
import { executionsAhead } from '../../domain/search/plan-final-pick.ts';
import { planNextStep } from '../../domain/search/plan-next-step.ts';
import type { ServedCall } from './served-calls.ts';

/** When something of a round happened, in calls that had to be made one after another before. */
interface RoundTimes {
  /** Its newest event. */
  now: number;
  /** Its first proposal was taken or refused. */
  proposed?: number;
  /** Its first workflow was taken. */
  taken?: number;
}

/**
 * Calls that had to wait for one another in a run: with any number of slots it takes as long as these. A job begins when the plan
 * first wants it, which is when what its round may see has come, and makes its calls one after another. Rounds that are under way
 * together wait for one another only where the search does: for an edit of the same parent, and for workflows that a new one must
 * not repeat.
 * @param calls what the endpoints have served of it
 */
export function longestChain(events: readonly RunEvent[], calls: readonly ServedCall[]): number {
  const depths = jobDepths(calls);
  const begins = new Map<string, number>();
  const rounds: RoundTimes[] = [];
  /** Of everything so far, and so of the final pick, which sees all of it. */
  let done = 0;
  let state: RunState | undefined;
  for (const event of events) {
    const before = state;
    state = applyEvent(state, event);
    const { configuration, rounds: known } = state;
    if (event.kind === 'round-started') {
      const seen = rounds.slice(0, lastRoundSeen(configuration, event.round));
      rounds.push({ now: latest(seen.map(({ now }) => now)) });
    }
    const times = event.kind === 'final-executions-completed' ? undefined : rounds.at(-1);
    const ends = jobsOfEvent(event, before).map((jobId) => (begins.get(jobId) ?? 0) + (depths.get(jobId) ?? 0));
    const waits = event.kind === 'workflow-proposed' && !isRefusedByItself(event);
    const others = waits ? underWay(configuration, rounds).map(({ taken }) => taken) : [];
    const now = latest([times?.now ?? done, ...ends, ...others]);
    const round = known.at(-1);
    if (times !== undefined && round !== undefined) {
      times.now = now;
      if (round.completed || round.proposals.length > 0) times.proposed ??= now;
      if (round.completed || firstTaken(round) !== undefined) times.taken ??= now;
    }
    done = Math.max(done, now);
    for (const command of planNextStep(state)) {
      const siblings = command.kind === 'propose' ? siblingsOf(configuration, rounds, known) : [];
      const begin = latest([round?.completed === false ? now : done, ...siblings.map(({ proposed }) => proposed)]);
      for (const jobId of jobsWanted(command)) if (!begins.has(jobId)) begins.set(jobId, begin);
      if (command.kind !== 'execute' || command.purpose !== 'final') continue;
      for (const jobId of executionsAhead(state).flatMap(jobsWanted)) if (!begins.has(jobId)) begins.set(jobId, begin);
    }
  }
  return done;
}

function latest(times: readonly (number | undefined)[]): number {
  return Math.max(0, ...times.map((time) => time ?? 0));
}

/** The rounds before the newest that it does not wait for. */
function underWay<T>(configuration: RunConfiguration, rounds: readonly T[]): readonly T[] {
  return rounds.slice(lastRoundSeen(configuration, rounds.length), -1);
}

/** Those of them with the same parent. */
function siblingsOf(configuration: RunConfiguration, times: readonly RoundTimes[], rounds: readonly Round[]): RoundTimes[] {
  const parents = underWay(configuration, rounds).map(({ parentRound }) => parentRound);
  return underWay(configuration, times).filter((_, place) => parents[place] === rounds.at(-1)?.parentRound);
}

/** What is wrong with it can be seen without the workflows of other rounds. */
function isRefusedByItself({ failure }: WorkflowProposed): boolean {
  return failure !== undefined && repeatedRound(failure) === undefined;
}

function jobsWanted(command: Command): string[] {
  if (command.kind === 'append' || command.kind === 'recall') return [];
  if (command.kind !== 'execute') return [completionJobId(command)];
  return command.executions.map(({ workflowHash = command.workflowHash, queryIndex, repeat }) =>
    executionJobId(workflowHash, queryIndex, repeat),
  );
}

/** For each job, the most calls that each began when the one before had ended. */
function jobDepths(calls: readonly ServedCall[]): Map<string, number> {
  const byJob = Map.groupBy(calls, ({ jobId }) => jobId);
  return new Map([...byJob].map(([jobId, own]) => [jobId, depthOf(own)]));
}

function depthOf(calls: readonly ServedCall[]): number {
  let [depth, free] = [0, Number.NEGATIVE_INFINITY];
  for (const { beganMs, endedMs } of calls.toSorted((one, other) => one.endedMs - other.endedMs)) {
    if (beganMs < free) continue;
    depth += 1;
    free = endedMs;
  }
  return depth;
}
