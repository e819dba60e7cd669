import { applyEvent } from '../../domain/run/apply/apply-event.ts';
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
  /** Those that it has waited for, of rounds that it sees too. */
  readonly jobs: Set<string>;
}

/**
 * Calls that had to wait for one another in a run: it takes at least as long as these. A job begins when the plan first wants it,
 * which is when what its round may see has come, and makes its calls one after another. Rounds that are under way together wait
 * for one another only where the search does: for an edit of the same parent, and for workflows that a new one must not repeat.
 *
 * With so many slots a chain passes through what waits for many calls, such as a round that begins when others have been executed
 * in full, no sooner than those slots have made them. Nothing that the search waits for is left out, and nothing else is in it.
 * @param calls what the endpoints have served of it
 * @param slots default: any number
 */
export function longestChain(
  events: readonly RunEvent[],
  calls: readonly ServedCall[],
  slots = Number.POSITIVE_INFINITY,
): number {
  const placesOf = callPlaces(calls);
  const begins = new Map<string, number>();
  const rounds: RoundTimes[] = [];
  const all = new Set<string>();
  /** Of everything so far, and so of the final pick, which sees all of it. */
  let done = 0;
  let state: RunState | undefined;
  const endOf = (jobId: string): number => latest([begins.get(jobId), ...endsOf(jobId)]);
  const endsOf = (jobId: string): number[] => (placesOf.get(jobId) ?? []).map((place) => (begins.get(jobId) ?? 0) + place + 1);
  /** When the slots can have made the calls of all these jobs: those that end last follow one another at best. */
  const allMade = (jobs: ReadonlySet<string>): number => {
    if (!Number.isFinite(slots)) return 0;
    const ends = [...jobs].flatMap(endsOf).sort((one, other) => other - one);
    return ends.reduce((most, end, later) => Math.max(most, end - 1 + (later + 1) / slots), 0);
  };
  for (const event of events) {
    const before = state;
    state = applyEvent(state, event);
    const { configuration, rounds: known } = state;
    if (event.kind === 'round-started') {
      const seen = rounds.slice(0, lastRoundSeen(configuration, event.round));
      rounds.push({ now: latest(seen.map(({ now }) => now)), jobs: new Set(seen.flatMap(({ jobs }) => [...jobs])) });
    }
    const times = seesAll(event) ? undefined : rounds.at(-1);
    const jobs = jobsOfEvent(event, before);
    for (const jobId of jobs) {
      times?.jobs.add(jobId);
      all.add(jobId);
    }
    const waits = event.kind === 'workflow-proposed' && !isRefusedByItself(event);
    const others = waits ? underWay(configuration, rounds).map(({ taken }) => taken) : [];
    const now = latest([times?.now ?? done, ...jobs.map(endOf), ...others, allMade(times?.jobs ?? all)]);
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

/** It comes after everything that was under way. */
function seesAll({ kind }: RunEvent): boolean {
  return kind === 'final-executions-completed' || kind === 'run-completed';
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

/** For each job and each of its calls, how many calls of the job had ended one after another before it began. */
function callPlaces(calls: readonly ServedCall[]): Map<string, number[]> {
  const byJob = Map.groupBy(calls, ({ jobId }) => jobId);
  return new Map([...byJob].map(([jobId, own]) => [jobId, placesIn(own)]));
}

function placesIn(calls: readonly ServedCall[]): number[] {
  const inOrder = calls.toSorted((one, other) => one.beganMs - other.beganMs);
  const places: number[] = [];
  for (const { beganMs } of inOrder) {
    const before = inOrder
      .slice(0, places.length)
      .map(({ endedMs }, index) => (endedMs <= beganMs ? (places[index] ?? 0) + 1 : 0));
    places.push(Math.max(0, ...before));
  }
  return places;
}
