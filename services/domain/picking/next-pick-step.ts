import { isBetterThanStart } from './better-than-start.ts';
import { boardOf, isKnown, type OutcomeBoard, scoreAt } from './outcome-board.ts';
import type { PickPolicy, PickRequest, PickTask } from './pick-policy.ts';
import { prefer } from './prefer.ts';

/** What a policy wants next, or the winner. */
export type PickStep =
  | {
      readonly kind: 'execute';
      readonly executions: readonly PickExecution[];
      /** Of round 1, beside the policy's: whichever of its candidates wins, the comparison in the end wants them. */
      readonly ahead: readonly PickExecution[];
    }
  | {
      readonly kind: 'pick';
      /** The winner's place among the candidates. */
      readonly candidate: number;
      readonly round: number;
      /** Executions that the pick has asked for. */
      readonly executions: number;
      /** Times that the policy has asked: each waits for the one before. */
      readonly steps: number;
      /** Tokens ran out before its budget of executions did. */
      readonly isLimited: boolean;
      /** Everything known at the end. */
      readonly board: OutcomeBoard;
    };

export interface PickExecution {
  readonly round: number;
  readonly queryIndex: number;
}

/** The mean score of an execution that the pick asked for, undefined as long as it is outstanding. */
export type PickOutcome = (round: number, queryIndex: number) => number | undefined;

/** What limits a pick besides the executions of its budget. */
export interface PickTokens {
  /** At its beginning. */
  readonly left: number;
  /** What an execution is expected to take, before the pick has executed any. */
  readonly perExecution: number;
  /** What one that has arrived has used of it. */
  taken(round: number, queryIndex: number): number;
}

export interface PickLimits {
  readonly tokens?: PickTokens;
  /** Nothing more is executed: the policy names its winner from what it has. */
  readonly isCut?: boolean;
}

/**
 * The policy's next step, from what the search has shown and what the pick's own executions have. Pure: the policy runs from the
 * beginning and stops where the first outcomes are missing, so a coordinator that restarts gets the same step.
 * @throws RangeError for a task without candidates, and for a policy that asks for more than its budget: a defect of ours
 */
export function nextPickStep(policy: PickPolicy, task: PickTask, outcome: PickOutcome, limits: PickLimits = {}): PickStep {
  const { candidates, queryCount } = task;
  if (candidates.length === 0) throw new RangeError('no workflow has a score: there is nothing to pick from');
  const board = boardOf(candidates, queryCount);
  const meter = createMeter(task, limits);
  const plan = policy.plan({ ...task, budget: meter.left() }, board);
  let steps = 0;
  for (let step = plan.next(); ; step = plan.next(meter.left())) {
    if (step.done === true) {
      const missing = missingOfStart(task, board, step.value, outcome, limits);
      if (missing.length > 0) return { kind: 'execute', executions: missing, ahead: [] };
      const candidate = orTheStart(task, board, step.value);
      const round = candidates[candidate]?.round as number;
      return {
        kind: 'pick',
        candidate,
        round,
        executions: meter.asked(),
        steps,
        isLimited: meter.isLimited(),
        board,
      };
    }
    const missing: PickExecution[] = [];
    for (const { candidate, query } of step.value) {
      if (isKnown(board, candidate, query)) throw new RangeError(`${policy.name} asked for query ${query} twice`);
      const round = candidates[candidate]?.round as number;
      const score = outcome(round, query);
      if (score === undefined) missing.push({ round, queryIndex: query });
      else board.scores[candidate * queryCount + query] = score;
    }
    if (missing.length > 0 && limits.isCut !== true)
      return { kind: 'execute', executions: missing, ahead: aheadOfStart(policy, task, board, step.value, outcome, limits) };
    meter.take(policy, step.value, missing.length);
    steps += 1;
  }
}

/**
 * What is missing to compare the winner with round 1: the report's first line is about their difference. What has come is put on
 * the board; with a limit to the tokens, as many are asked for as the pick has left.
 */
function missingOfStart(
  { candidates, queryCount, againstStart = 0 }: PickTask,
  board: OutcomeBoard,
  winner: number,
  outcome: PickOutcome,
  { tokens, isCut }: PickLimits,
): PickExecution[] {
  const start = candidates.findIndex(({ round }) => round === 1);
  if (againstStart === 0 || start < 0 || start === winner) return [];
  const wanted: number[] = [];
  for (let query = 0; query < queryCount && wanted.length < againstStart; query += 1)
    if (isKnown(board, winner, query) && !isKnown(board, start, query)) wanted.push(query);
  const missing: PickExecution[] = [];
  for (const queryIndex of wanted) {
    const score = outcome(1, queryIndex);
    if (score === undefined) missing.push({ round: 1, queryIndex });
    else board.scores[start * queryCount + queryIndex] = score;
  }
  // A budget of tokens is for finding the winner.
  return isCut === true || tokens !== undefined ? [] : missing;
}

/**
 * What the comparison with round 1 will want, whoever wins: with a policy that shares its queries, those of this step. Several
 * rounds at once leave places for them beside the policy's own executions; with one at a time they stay where they are.
 */
function aheadOfStart(
  { sharesQueries = false }: PickPolicy,
  { candidates, queryCount, againstStart = 0, parallelism }: PickTask,
  board: OutcomeBoard,
  requests: readonly PickRequest[],
  outcome: PickOutcome,
  { tokens }: PickLimits,
): PickExecution[] {
  const start = candidates.findIndex(({ round }) => round === 1);
  if (!sharesQueries || parallelism === 1 || againstStart < queryCount || tokens !== undefined || start < 0) return [];
  if (requests.some(({ candidate }) => candidate === start)) return [];
  const queries = [...new Set(requests.map(({ query }) => query))].sort((one, other) => one - other);
  return queries.flatMap((queryIndex) =>
    isKnown(board, start, queryIndex) || outcome(1, queryIndex) !== undefined ? [] : [{ round: 1, queryIndex }],
  );
}

/**
 * Round 1 instead of the winner, if the objective prefers it on the queries that both were executed on, or if the winner costs
 * more and is not known to be better.
 */
function orTheStart({ candidates, queryCount, objective, againstStart }: PickTask, board: OutcomeBoard, winner: number): number {
  const start = candidates.findIndex(({ round }) => round === 1);
  if (againstStart === undefined || objective === undefined || start < 0 || start === winner) return winner;
  const common = Array.from({ length: queryCount }, (_, query) => query).filter(
    (query) => isKnown(board, winner, query) && isKnown(board, start, query),
  );
  if (common.length === 0) return winner;
  const [winnerTokens, startTokens] = [winner, start].map((candidate) => candidates[candidate]?.tokens);
  const isDearer = winnerTokens !== undefined && startTokens !== undefined && winnerTokens > startTokens;
  const differences = common.map((query) => scoreAt(board, winner, query) - scoreAt(board, start, query));
  if (isDearer && !isBetterThanStart(differences)) return start;
  const standings = [winner, start].map((candidate) => ({
    candidate,
    score: common.reduce((sum, query) => sum + scoreAt(board, candidate, query), 0) / common.length,
  }));
  return prefer(standings, { objective, candidates, queryCount, queries: common.length })[0]?.candidate ?? winner;
}

interface Meter {
  /** Executions that may still be asked for. */
  left(): number;
  asked(): number;
  isLimited(): boolean;
  take(policy: PickPolicy, requests: readonly PickRequest[], missing: number): void;
}

/** A policy that is cut short gets this many chances to finish; one that still asks has a defect, which is ours. */
const mostUnanswered = 1000;

function createMeter({ budget, candidates }: PickTask, { tokens }: PickLimits): Meter {
  let asked = 0;
  let unanswered = 0;
  let left = tokens?.left ?? 0;
  let perExecution = tokens?.perExecution ?? 0;
  let isCut = false;
  let isLimited = false;

  return {
    left() {
      const executions = budget - asked;
      if (tokens === undefined) return isCut ? 0 : executions;
      const affordable = perExecution > 0 ? Math.floor(Math.max(0, left) / perExecution) : executions;
      if (isCut || affordable < executions) isLimited = true;
      return isCut ? 0 : Math.min(executions, affordable);
    },
    asked: () => asked,
    isLimited: () => isLimited,
    take(policy, requests, missing) {
      asked += requests.length - missing;
      if (missing > 0) {
        isCut = true;
        unanswered += 1;
        if (unanswered > mostUnanswered) throw new RangeError(`${policy.name} does not end when nothing more is executed`);
      }
      if (asked > budget) throw new RangeError(`${policy.name} asked for ${asked} executions with a budget of ${budget}`);
      if (tokens === undefined || requests.length === 0) return;
      const costs = requests.map(({ candidate, query }) => tokens.taken(candidates[candidate]?.round as number, query));
      const taken = costs.reduce((sum, cost) => sum + cost, 0);
      left -= taken;
      // The pick executes the best workflows, which usually cost most: what the last ones took says most about the next.
      perExecution = Math.max(tokens.perExecution, taken / requests.length);
    },
  };
}
