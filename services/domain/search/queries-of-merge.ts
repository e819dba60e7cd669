import { isScored } from '../failure-class.ts';
import { randomStream, shuffled } from '../random.ts';
import { earlierRounds } from '../run/earlier-rounds.ts';
import type { KeptOutcome } from '../run/outcomes/outcome-columns.ts';
import type { Round, RunState } from '../run/state.ts';
import { complement } from './parents/plan-merge.ts';

/** Some of the queries that the workflow of a round does not solve. */
export interface FailingQueries {
  readonly by: number;
  /** Over them, in a prompt. */
  readonly title: string;
  readonly outcomes: readonly KeptOutcome[];
}

/**
 * What the first of two parents does not solve and the second does, and the other way round: each time as many as may be shown.
 * Drawn for the round, so that all of its turns show the same.
 * @throws RangeError for a round that merges nothing
 */
export function queriesOfMerge({ rounds, configuration }: RunState, open: Round): readonly FailingQueries[] {
  const [first, second] = [open.parentRound, open.mergedRound ?? 0].map((parent) => rounds[parent - 1]);
  const counts = countsOfMerge(rounds, open);
  if (first === undefined || second === undefined) throw new RangeError(`round ${open.round} merges nothing`);
  const shown = ({ round, outcomes }: Round, queries: readonly number[], title: string): FailingQueries => {
    const random = randomStream(configuration.seed, 'queries-of-merge', open.round, round);
    const drawn = new Set(shuffled(random, queries).slice(0, configuration.search.failingQueriesShown));
    const found = [...outcomes].filter((outcome) => drawn.delete(outcome.queryIndex) && isScored(outcome));
    return { by: round, title, outcomes: found };
  };
  return [
    shown(first, counts.onlySecond, '# Queries that the second workflow solves and the first does not, with what the first does'),
    shown(
      second,
      counts.onlyFirst,
      '# Queries that the first workflow solves and the second does not, with what the second does',
    ),
  ];
}

/** What each of the round's two parents solves that the other does not. @throws RangeError for a round that merges nothing */
export function countsOfMerge(rounds: RunState['rounds'], { round, parentRound, mergedRound = 0 }: Round) {
  const [first, second] = [parentRound, mergedRound].map(
    (parent) => earlierRounds(rounds.slice(Math.max(0, parent - 1), parent))[0],
  );
  if (first === undefined || second === undefined) throw new RangeError(`round ${round} merges nothing`);
  return complement(first, second);
}
