import { nounFor } from '../../domain/names/count-of.ts';
import type { RepetitionCounts } from '../../domain/report/count-repetitions.ts';
import { exact, formatShare } from '../../shared/document/format.ts';

/** How many proposals repeat another round's; "" where nothing was proposed. */
export function describeRepetitions({ proposals, tried, underWay, similar = 0 }: RepetitionCounts): string {
  if (proposals === 0) return '';
  const repeated = tried + underWay;
  const of = `of ${exact(proposals)} ${nounFor(proposals, 'proposal')}`;
  const near = similar === 0 ? '' : `; ${similar} more ${similar === 1 ? 'was' : 'were'} nearly the workflow of another round`;
  if (repeated === 0) return `none ${of}${near}`;
  return `${repeated} ${of} (${formatShare(repeated / proposals)}): ${tried} had been tried in another round, ${underWay} ${underWay === 1 ? 'was' : 'were'} under way in one${near}`;
}
