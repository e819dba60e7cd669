import { defined } from '../defined.ts';
import type { Failure } from '../failure.ts';
import { isScored } from '../failure-class.ts';
import { randomStream, shuffled } from '../random.ts';
import { fullyExecutedRounds } from '../run/earlier-rounds.ts';
import type { Evaluation } from '../run/event.ts';
import type { KeptOutcome } from '../run/outcomes/outcome-columns.ts';
import type { Outcomes } from '../run/outcomes/outcome-list.ts';
import type { Round, RunState } from '../run/state.ts';
import type { Workflow } from '../workflow/workflow.ts';
import { scoresZero, staticScore } from './static-score.ts';

/** What is known about a parent and the edits that were tried on it, for the optimizer's next proposal (Eq 5). */
export interface Experience {
  readonly parentRound: number;
  readonly parent: Evaluation | undefined;
  /** Edits whose child scored higher than the parent, as AFlow counts success; oldest first. */
  readonly worked: readonly TriedEdit[];
  readonly failed: readonly TriedEdit[];
  /** Edits whose results are not known yet, as the rounds that make them are under way; oldest first. */
  readonly underWay: readonly string[];
  /** Edits that never ran, with those of the open round last. */
  readonly refused: readonly RefusedEdit[];
  /** Failed executions of the parent, the most frequent kind first. */
  readonly errors: readonly ErrorGroup[];
  /** Some of the queries that the parent does not solve. */
  readonly failingQueries: readonly KeptOutcome[];
}

export interface TriedEdit {
  readonly round: number;
  readonly modification: string;
  readonly before: number;
  readonly after: number;
  /** Of the child: a surrogate score is not measured. */
  readonly method: string;
}

export interface RefusedEdit {
  readonly round: number;
  readonly turn: number;
  readonly modification: string;
  readonly failure: Failure;
  /** Of its round, if the static check gave one. */
  readonly score?: number;
}

/** Failures of one kind at one step. */
export interface ErrorGroup {
  readonly kind: Failure['kind'];
  readonly step: string | undefined;
  readonly count: number;
  /** The first one's message. */
  readonly message: string;
  readonly queryIndex: number;
}

/** AFlow's bound: an answer below it counts as failing, for token F1 too. */
export const failingBelow = 0.3;

/** @throws RangeError if there is no such round */
export function experienceOf(state: RunState, parentRound: number): Experience {
  const parent = state.rounds[parentRound - 1];
  if (parent === undefined) throw new RangeError(`there is no round ${parentRound} to learn from`);
  const children = state.rounds.filter((round) => round.parentRound === parentRound);
  const tried = children.flatMap((child) => triedEdit(parent, child));
  return {
    parentRound,
    parent: parent.evaluation,
    worked: tried.filter(({ before, after }) => after > before),
    failed: tried.filter(({ before, after }) => after <= before),
    underWay: children.flatMap(({ isUnderWay, modification }) => (isUnderWay && modification !== '' ? [modification] : [])),
    refused: children.flatMap((child) => refusedEdits(state, child)),
    errors: errorGroups(parent.outcomes),
    failingQueries: failingQueries(state, parent),
  };
}

/** A warm-up round as the prediction prompt shows it: what was predicted then, and the score that it got. */
export interface WarmUpRecord {
  readonly round: number;
  readonly score: number;
  readonly predicted: number | undefined;
  readonly workflow: Workflow;
}

/**
 * Fully executed rounds, oldest first. Surrogate rounds are left out: their scores are partly predictions themselves. If all
 * rounds are executed in full to judge the forecasts, only those that a surrogate method would have had count.
 */
export function warmUpRecords(state: RunState): readonly WarmUpRecord[] {
  const { forecasts, warmUpRounds } = state.configuration.evaluation;
  const full = fullyExecutedRounds(state);
  return (forecasts === true ? full.slice(0, warmUpRounds) : full).flatMap(({ round, evaluation, workflow }) =>
    evaluation === undefined || workflow === undefined
      ? []
      : [{ round, score: evaluation.score, predicted: evaluation.predicted, workflow }],
  );
}

function triedEdit(parent: Round, { round, modification, evaluation }: Round): TriedEdit[] {
  if (evaluation === undefined) return [];
  return [{ round, modification, before: parent.evaluation?.score ?? 0, after: evaluation.score, method: evaluation.method }];
}

function refusedEdits({ configuration }: RunState, { round, proposals }: Round): RefusedEdit[] {
  return proposals.flatMap(({ turn, modification, failure }) => {
    if (failure === undefined) return [];
    const { score } = scoresZero(failure, configuration.search) ? staticScore : { score: undefined };
    return [{ round, turn, modification, failure, ...defined({ score }) }];
  });
}

function errorGroups(outcomes: Outcomes): ErrorGroup[] {
  const failures = outcomes.flatMap(({ failure, queryIndex }) =>
    failure !== undefined && isScored({ failure }) ? [{ failure, queryIndex }] : [],
  );
  const groups = Map.groupBy(failures, ({ failure }) => JSON.stringify([failure.kind, failure.step]));
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { kind, step, message } = first.failure;
      return [{ kind, step, count: group.length, message, queryIndex: first.queryIndex }];
    })
    .sort((one, other) => other.count - one.count);
}

/**
 * Each query once; drawn again in each round, but the same for all turns of a round. Where the optimizer is told what the scorer
 * says, answers that are partly right come after the failing ones, the worst first: what they lack may be said of them too.
 */
function failingQueries(state: RunState, parent: Round): KeptOutcome[] {
  const { seed, search } = state.configuration;
  const random = randomStream(seed, 'failing-queries', state.rounds.length);
  const drawn = (from: number, to: number): KeptOutcome[] => {
    const wrong = parent.outcomes.filter((outcome) => outcome.score >= from && outcome.score < to && isScored(outcome));
    return shuffled(random, [...new Map(wrong.map((outcome) => [outcome.queryIndex, outcome])).values()]);
  };
  const failing = drawn(0, failingBelow);
  const known = new Set(failing.map(({ queryIndex }) => queryIndex));
  const partly = search.feedbackTokens === undefined ? [] : drawn(failingBelow, 1).filter((one) => !known.has(one.queryIndex));
  return [...failing, ...partly.sort((one, other) => one.score - other.score)].slice(0, search.failingQueriesShown);
}
