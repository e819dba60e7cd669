import type { RunConfiguration } from '../configuration.ts';
import type { SampleDrawn } from '../event.ts';
import { isPartial } from '../is-partial.ts';
import type { Phase } from '../ledger/token-use.ts';
import { isSearch } from '../run-kind.ts';
import type { Round } from '../state.ts';

export interface Execution {
  readonly queryIndex: number;
  readonly repeat: number;
}

type Sampled = Pick<Round, 'samples' | 'canary'>;

/**
 * The executions that a round's samples ask for have one fixed order: samples as drawn, queries as listed, and the repeats of
 * each query one after another. Outcomes enter the log in this order, so the n-th outcome belongs to the n-th execution. What the
 * canary has executed comes first in its sample, since that outcome exists already.
 */
export function executionAt(round: Sampled, configuration: RunConfiguration, index: number): Execution | undefined {
  let left = index;
  for (const sample of round.samples) {
    const repeats = repeatsOf(sample, configuration);
    const executions = sample.queryIndexes.length * repeats;
    if (left < executions) {
      const place = placeOf(left, placeOfCanary(sample, round.canary) * repeats);
      const queryIndex = sample.queryIndexes[Math.floor(place / repeats)];
      return queryIndex === undefined ? undefined : { queryIndex, repeat: place % repeats };
    }
    left -= executions;
  }
  return undefined;
}

const canaryPlaces = new WeakMap<SampleDrawn, { readonly queryIndex: number; readonly place: number }>();

/**
 * The place of its query in the sample, -1 for none. Cached by sample: this is asked for every outcome, and the search goes
 * through all queries.
 */
function placeOfCanary(sample: SampleDrawn, canary: Sampled['canary']): number {
  if (canary === undefined) return -1;
  const { queryIndex } = canary;
  const known = canaryPlaces.get(sample);
  if (known?.queryIndex === queryIndex) return known.place;
  const place = sample.queryIndexes.indexOf(queryIndex);
  canaryPlaces.set(sample, { queryIndex, place });
  return place;
}

/** The place of the n-th execution when the one at `first`, if there is one, is moved to the front. */
function placeOf(index: number, first: number): number {
  if (first < 0 || index > first) return index;
  return index === 0 ? first : index - 1;
}

/** What is still to be executed for the samples drawn so far, in the fixed order. */
export function outstandingExecutions(round: Round, configuration: RunConfiguration): Execution[] {
  const outstanding: Execution[] = [];
  for (let index = round.outcomes.length; ; index += 1) {
    const execution = executionAt(round, configuration, index);
    if (execution === undefined) return outstanding;
    outstanding.push(execution);
  }
}

/** Whether the samples cover the whole validation set, which makes the evaluation a full one whatever the method. */
export function coversAllQueries(
  round: Pick<Round, 'samples'> & Partial<Pick<Round, 'evaluation'>>,
  configuration: RunConfiguration,
): boolean {
  if (isPartial(round)) return false;
  const drawn = round.samples.reduce((sum, sample) => sum + sample.queryIndexes.length, 0);
  return drawn === configuration.benchmark.queryCount;
}

/** What the tokens of a round's executions are spent on. */
export function executionPhase(round: Pick<Round, 'samples'>, configuration: RunConfiguration): Phase {
  if (!isSearch(configuration)) return 'test';
  return coversAllQueries(round, configuration) ? 'warm-up' : 'few-shot';
}

/** `repeats` applies to full evaluations only: a draw of every query is one, and a smaller draw is executed once. */
function repeatsOf(sample: SampleDrawn, configuration: RunConfiguration): number {
  return sample.queryIndexes.length === configuration.benchmark.queryCount ? configuration.evaluation.repeats : 1;
}
