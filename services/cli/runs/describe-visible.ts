import { countOf } from '../../domain/names/count-of.ts';
import type { RunConfiguration } from '../../domain/run/configuration.ts';
import { visibleDifference } from '../../domain/search/visible-difference.ts';

/** How small a difference the search can see, for whoever starts it. */
export function describeVisible(configuration: RunConfiguration): string {
  const { sampled, compared, onArrival, inTheEnd } = visibleDifference(configuration);
  const { queryCount } = configuration.benchmark;
  const arrival = compared === sampled ? '' : `; a workflow's first score rests on ${sampled}, which show ${points(onArrival)}`;
  const more = inTheEnd > enough ? ' More queries would show less.' : '';
  return `This search can see differences of about ${points(inTheEnd)}: the best are compared on ${compared} of ${queryCount} queries${arrival}.${more}`;
}

/** A difference that most users would want to see. */
const enough = 0.05;

function points(difference: number): string {
  const rounded = Math.round(100 * difference);
  return countOf(rounded, 'point');
}
