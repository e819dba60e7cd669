import { highestOf } from '../statistics/extremes.ts';
import { mean } from '../statistics/intervals.ts';

/** What is known of some workflows on the same queries: all that a route is fitted on. */
export interface RoutingMatrix {
  readonly queries: readonly RoutedQuery[];
  /** At least one. */
  readonly workflows: readonly RoutedWorkflow[];
}

export interface RoutedQuery {
  readonly id: string;
  /** All that is known of a query before anything is executed. */
  readonly text: string;
}

export interface RoutedWorkflow {
  /** For people, e.g. "round 6". */
  readonly name: string;
  /** Of the workflow, canonical. */
  readonly hash: string;
  /** It stands for one workflow a query, which the optimizer writes; its costs hold the writing. It can only come last. */
  readonly isQueryLevel?: true;
  /** By query, then by execution; each query has at least one. */
  readonly trials: readonly (readonly Trial[])[];
}

/** One execution that really took place. */
export interface Trial {
  /** In [0, 1]. */
  readonly score: number;
  /** In the matrix's unit: tokens or money. */
  readonly cost: number;
  /** What the workflow returned; absent where it was not recorded. */
  readonly answer?: string;
  /** It ended without an answer: whoever runs it sees that. */
  readonly failed?: true;
  /** What a verifier has said of the answer, and what asking it cost. Absent: it was not asked. */
  readonly verdict?: Verdict;
}

export interface Verdict {
  /** In [0, 1]: 1 is sure that the answer is wrong. */
  readonly doubt: number;
  readonly cost: number;
}

/** The same workflows on some of the queries, in this order. */
export function onQueries({ queries, workflows }: RoutingMatrix, places: readonly number[]): RoutingMatrix {
  return {
    queries: places.map((place) => queries[place] as RoutedQuery),
    workflows: workflows.map((workflow) => ({
      ...workflow,
      trials: places.map((place) => workflow.trials[place] as readonly Trial[]),
    })),
  };
}

/** By query, each the mean of its executions. */
export function scoresOf({ trials }: RoutedWorkflow): number[] {
  return trials.map((some) => mean(some.map(({ score }) => score)));
}

/** By query, each the mean of its executions. */
export function costsOf({ trials }: RoutedWorkflow): number[] {
  return trials.map((some) => mean(some.map(({ cost }) => cost)));
}

/** Executions of a query go round: a workflow with fewer than another one begins again. */
export function trialAt({ trials }: RoutedWorkflow, query: number, turn: number): Trial {
  const some = trials[query] as readonly Trial[];
  return some[turn % some.length] as Trial;
}

/** A second answer beside the execution of that turn: of the same workflow its next one. */
export function secondTrial({ workflows }: RoutingMatrix, first: number, second: number, query: number, turn: number): Trial {
  return trialAt(workflows[second] as RoutedWorkflow, query, first === second ? turn + 1 : turn);
}

/** The most executions that a query has of one workflow. */
export function turnsOf({ workflows }: RoutingMatrix): number {
  return highestOf(workflows.flatMap(({ trials }) => trials.map(({ length }) => length)));
}

/** The place of the workflow with the highest score; of equals the cheapest, and then the earliest. */
export function bestWorkflow({ workflows }: RoutingMatrix): number {
  const found = workflows
    .map((workflow, place) => ({ place, isQueryLevel: workflow.isQueryLevel === true, ...meansOf(workflow) }))
    .filter(({ isQueryLevel }) => !isQueryLevel)
    .sort((one, other) => other.score - one.score || one.cost - other.cost || one.place - other.place)[0];
  if (found === undefined) throw new RangeError('a matrix needs a workflow that answers every query');
  return found.place;
}

export function meansOf(workflow: RoutedWorkflow): { readonly score: number; readonly cost: number } {
  return { score: mean(scoresOf(workflow)), cost: mean(costsOf(workflow)) };
}
