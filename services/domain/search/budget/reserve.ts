import { bestRound } from '../../run/best-round.ts';
import { type Command, type ExecuteCommand, isWorkCommand, type WorkCommand } from '../../run/command.ts';
import type { TokensReserved } from '../../run/event.ts';
import { tokensOfOutcome } from '../../run/ledger/mean-cost.ts';
import type { RunState } from '../../run/state.ts';
import { mean } from '../../statistics/intervals.ts';
import { cutShort } from './cut-short.ts';
import { type JobCost, jobCosts, unseen } from './job-cost.ts';
import { hasBudget, tokensLeft, tokensOfPick } from './tokens-left.ts';

/**
 * The part of a step that the token budget allows: jobs whose tokens are reserved, or the reservation of more, or the end of the
 * round. The log holds each reservation, so a coordinator that resumes in the middle of one issues the same jobs.
 */
export function withinBudget(state: RunState, commands: readonly Command[]): readonly Command[] {
  const work = commands.filter(isWorkCommand);
  if (!hasBudget(state) || work.length === 0) return commands;
  const open = state.reservation?.open ?? 0;
  if (open > 0) return firstJobs(work, open);
  const left = tokensLeft(state) - tokensOfPick(state);
  const costs = work.flatMap((command) => jobCosts(state, command));
  const event = isHopeless(state, costs.length, left) ? undefined : reservation(costs, left);
  return [{ kind: 'append', event: event ?? cutShort(state) }];
}

/**
 * This many executions predict what a workflow takes to within 10 or 20 %; after fewer, a workflow is given up only if it costs
 * twice too much.
 */
const enoughSeen = 8;

/**
 * Whether the remaining tokens cannot give the open round's workflow a score, judging by what it has taken so far: half an
 * evaluation is worth nothing where others have a whole one.
 */
function isHopeless(state: RunState, jobs: number, left: number): boolean {
  const { outcomes = [], canary } = state.rounds.at(-1) ?? {};
  const seen = outcomes.length > 0 || canary === undefined ? outcomes : [canary];
  if (seen.length === 0 || bestRound(state) === undefined) return false;
  const expected = jobs * mean(seen.map(tokensOfOutcome));
  return expected > left * (seen.length < enoughSeen ? 2 : 1);
}

/**
 * As many of the next jobs as are sure to fit, or one if it is likely to fit; undefined if none is.
 *
 * What is reserved for a job is the most that one of its kind has taken so far, or several times that while few have been seen:
 * the budget is exceeded at most by what the jobs of one reservation take beyond it.
 * @param costs of the jobs that are wanted, in the order in which they are to be issued
 */
export function reservation(costs: readonly JobCost[], left: number): TokensReserved | undefined {
  let jobs = 0;
  let tokens = 0;
  for (const cost of costs) {
    const careful = carefully(cost);
    if (tokens + careful > left) break;
    tokens += careful;
    jobs += 1;
  }
  const [first] = costs;
  if (jobs === 0 && first !== undefined && first.most <= left) [jobs, tokens] = [1, first.most];
  return jobs === 0 ? undefined : { kind: 'tokens-reserved', jobs, tokens: Math.ceil(tokens) };
}

function carefully({ most, seen }: JobCost): number {
  return seen === unseen ? Number.POSITIVE_INFINITY : most * (1 + 3 / seen);
}

/**
 * Jobs are done, and reported, in the order of the commands: so what is left of a reservation always belongs to the first of
 * them.
 */
function firstJobs(work: readonly WorkCommand[], count: number): readonly Command[] {
  let left = count;
  return work.flatMap((command): Command[] => {
    const jobs = command.kind === 'execute' ? command.executions.length : 1;
    const taken = Math.min(jobs, left);
    left -= taken;
    if (taken === 0) return [];
    return [command.kind === 'execute' ? withFirst(command, taken) : command];
  });
}

function withFirst(command: ExecuteCommand, count: number): ExecuteCommand {
  return { ...command, executions: command.executions.slice(0, count) };
}
