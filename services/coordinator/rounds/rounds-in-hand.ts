import type { Benchmark } from '../../domain/benchmark.ts';
import { type Command, isWorkCommand, type WorkCommand } from '../../domain/run/command.ts';
import type { RunEvent } from '../../domain/run/event.ts';
import { isOver } from '../../domain/run/is-over.ts';
import type { RunState } from '../../domain/run/state.ts';
import { hasBudget } from '../../domain/search/budget/tokens-left.ts';
import { chargedOnce } from '../../domain/search/charged-once.ts';
import { areWorkflowsKnown } from '../../domain/search/edits-under-way.ts';
import { executionsAhead } from '../../domain/search/plan-final-pick.ts';
import { planNextStep } from '../../domain/search/plan-next-step.ts';
import { addToRoundAhead, beginRoundAhead, type RoundAhead, withRoundsAhead } from '../../domain/search/round-ahead.ts';
import type { Written } from '../log/run-log.ts';
import { isRefusedAnyway } from '../results/event-of-result.ts';
import type { ResultInbox } from '../results/result-inbox.ts';
import { type Batch, createStepOfPlan, entryOf, type StepOfPlan } from '../results/step-of-plan.ts';

export interface RoundsInHandSettings {
  readonly benchmark: Benchmark;
  readonly inbox: ResultInbox;
  /** Writes an event to the log, after those before it. */
  write(event: RunEvent): Written;
  /** What an event is once it has been in the log. */
  asRead(event: RunEvent): RunEvent;
  /** What is next by the log alone. */
  planLog(state: RunState): Promise<readonly Command[]>;
  /** The event of a `recall`. */
  recalled(): Promise<RunEvent>;
  /** Whether a batch may enter the log now; if not, something else must happen first, and has begun. */
  mayEnter(batch: Batch, from: RunState, signal: AbortSignal): Promise<boolean>;
  /** Queues the jobs of what was planned for a round. @param known the state with that round as its newest */
  begin(work: readonly WorkCommand[], known: RunState): Promise<void>;
}

/**
 * The rounds of a run that are under way: the one that the log has come to, and those that have begun since what they may see is
 * over. Their events are kept here until the log has come to them, so the log is in the order of the rounds; whoever reads it
 * after a crash plans them again and finds their results.
 */
export interface RoundsInHand {
  /** What the log says, or will when what was written last is stored. */
  state(): RunState;
  /** Until the log has it. */
  append(event: RunEvent): Promise<void>;
  /** Until the log has all that was written. @throws if it could not be stored */
  stored(): Promise<void>;
  /** A limit was reached, or raised: what is planned so far is planned no more. What has been executed of it is not lost. */
  turn(event: RunEvent, signal: AbortSignal): Promise<void>;
  /** Decides and queues everything that does not depend on a result that is still to come. */
  plan(): Promise<void>;
  /** Takes in the next batch of results that is complete. @returns false if there is none */
  takeIn(signal: AbortSignal): Promise<boolean>;
}

interface InHand {
  readonly round: RoundAhead;
  /** Whose results are in its events. */
  readonly jobIds: readonly string[];
  readonly step: StepOfPlan | undefined;
}

export function createRoundsInHand(found: RunState, settings: RoundsInHandSettings): RoundsInHand {
  const { inbox } = settings;
  let state = found;
  /** Of the log's newest round, or of the final pick. */
  let step: StepOfPlan | undefined;
  let ahead: readonly InHand[] = [];

  let stored = Promise.resolve();
  /** What follows from results is gone on with before it is stored. */
  const write = (event: RunEvent, from: readonly string[] = []): void => {
    const written = settings.write(chargedOnce(state, event));
    state = written.state;
    stored = written.stored;
    if (from.length > 0) inbox.release(from);
    logged(from);
  };
  /** These results are, once what was written last is stored. */
  const logged = (jobIds: readonly string[]): void => {
    if (jobIds.length === 0) return;
    stored.then(
      () => inbox.logged(jobIds),
      () => undefined,
    );
  };
  /** What came from elsewhere, or decides what may be spent, is stored before anything rests on it. */
  const append = async (event: RunEvent): Promise<void> => {
    write(event);
    await stored;
  };
  /** The state with the first so many rounds ahead. */
  const known = (count: number): RunState =>
    withRoundsAhead(
      state,
      ahead.slice(0, count).map(({ round }) => round),
    );
  const change = (place: number, changed: InHand): void => {
    ahead = ahead.with(place, changed);
  };
  const addAhead = (place: number, event: RunEvent, next: StepOfPlan | undefined, from: readonly string[] = []): void => {
    const { round, jobIds } = ahead[place] as InHand;
    const longer = addToRoundAhead(known(place + 1), round, settings.asRead(event));
    change(place, { round: longer, jobIds: [...jobIds, ...from], step: next });
  };
  const begun = async (work: readonly WorkCommand[], from: RunState): Promise<StepOfPlan> => {
    if (hasBudget(from)) await stored;
    await settings.begin(work, from);
    return createStepOfPlan(work, inbox);
  };

  /** When the log's newest round is over, the next one's events follow. */
  const catchUp = (): void => {
    while (state.rounds.at(-1)?.completed === true) {
      const [next, ...others] = ahead;
      if (next === undefined) return;
      ahead = others;
      for (const event of next.round.events) write(event);
      logged(next.jobIds);
      step = next.step;
    }
  };

  const planLog = async (): Promise<void> => {
    while (step === undefined && !isOver(state)) {
      const commands = await settings.planLog(state);
      // Planning again at once would give the same empty plan for the same state, for ever.
      if (commands.length === 0) throw new Error(`nothing is planned for a run that is ${state.status}`);
      for (const command of commands) {
        if (command.kind === 'append') write(command.event);
        else if (command.kind === 'recall') await append(await settings.recalled());
      }
      const work = commands.filter(isWorkCommand);
      if (work.length > 0) step = await begun(work, state);
      const sure = work.some(isFinal) ? executionsAhead(state) : [];
      if (sure.length > 0) await settings.begin(sure, state);
      catchUp();
    }
  };

  /** @returns whether anything has changed, so that another round may go on */
  const planAhead = async (place: number): Promise<boolean> => {
    const { round, jobIds, step: present } = ahead[place] as InHand;
    if (present !== undefined || round.round.completed) return false;
    const from = known(place + 1);
    const commands = planNextStep(from);
    const [first] = commands;
    if (first === undefined) return false;
    if (first.kind === 'append') addAhead(place, first.event, undefined);
    else change(place, { round, jobIds, step: await begun(commands.filter(isWorkCommand), from) });
    return true;
  };

  const beginAhead = (): boolean => {
    // Between rounds, what follows is for the log to say.
    if (state.rounds.at(-1)?.completed !== false) return false;
    const next = beginRoundAhead(
      state,
      ahead.map(({ round }) => round),
    );
    if (next === undefined) return false;
    ahead = [...ahead, { round: next, jobIds: [], step: undefined }];
    return true;
  };

  const refusedAnyway = new Map<string, boolean>();
  /** A proposal is judged when what it must not repeat is known. */
  const mayBeTaken = async (of: StepOfPlan, batch: Batch, from: RunState, signal: AbortSignal): Promise<boolean> => {
    const { command, jobIds } = batch;
    const [jobId = ''] = jobIds;
    if (!(await settings.mayEnter(batch, from, signal))) {
      of.lookAgain();
      return false;
    }
    if (command.kind !== 'propose' || areWorkflowsKnown(from, command.round)) return true;
    const isRefused = refusedAnyway.get(jobId) ?? isRefusedAnyway(await inbox.result(jobId, signal), from, settings.benchmark);
    refusedAnyway.set(jobId, isRefused);
    return isRefused;
  };

  return {
    state: () => state,
    append,
    stored: () => stored,
    async turn(event, signal) {
      await stored;
      inbox.wentBack();
      await append(event);
      const open = step;
      step = undefined;
      ahead = [];
      if (event.kind !== 'limit-reached' || event.ends !== 'search') return;
      for (let isWhole = true; isWhole; ) {
        const batch = open?.arrived();
        if (batch === undefined) return;
        isWhole = open?.ready() !== undefined;
        write(await entryOf(batch, state, settings, signal), batch.jobIds);
        open?.taken();
      }
    },
    async plan() {
      catchUp();
      await planLog();
      for (let isMoving = true; isMoving; ) {
        isMoving = beginAhead();
        for (let place = 0; place < ahead.length; place += 1) while (await planAhead(place)) isMoving = true;
      }
    },
    async takeIn(signal) {
      const batch = step?.ready();
      if (step !== undefined && batch !== undefined && (await mayBeTaken(step, batch, state, signal))) {
        write(await entryOf(batch, state, settings, signal), batch.jobIds);
        step.taken();
        // What the final pick wants next depends on each result, and need not wait for the others of this step.
        if (step.isDone() || (isFinal(batch.command) && !hasBudget(state))) step = undefined;
        return true;
      }
      for (const [place, { step: present }] of ahead.entries()) {
        const next = present?.ready();
        if (present === undefined || next === undefined || !(await mayBeTaken(present, next, known(place + 1), signal))) continue;
        const event = await entryOf(next, known(place + 1), settings, signal);
        present.taken();
        addAhead(place, event, present.isDone() ? undefined : present, next.jobIds);
        inbox.release(next.jobIds);
        return true;
      }
      return false;
    },
  };
}

function isFinal(command: WorkCommand): boolean {
  return command.kind === 'execute' && command.purpose === 'final';
}
