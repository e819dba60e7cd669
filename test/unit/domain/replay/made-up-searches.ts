import { randomStream } from '../../../../services/domain/random.ts';
import type { RecordedSearch } from '../../../../services/domain/replay/recorded-search.ts';

export interface MadeUpSearch {
  readonly source?: string;
  readonly seed?: number;
  readonly workflows?: number;
  readonly queries?: number;
  readonly repeats?: number;
}

/** Abilities from .35 to .9 in no order, and every fifth workflow broken; queries of all difficulties; a little luck. */
export function madeUpSearch({
  source = 'made up',
  seed = 1,
  workflows = 10,
  queries = 40,
  repeats = 2,
}: MadeUpSearch = {}): RecordedSearch {
  const random = randomStream(seed, 'made-up-search');
  const difficulties = Array.from({ length: queries }, () => random.next());
  return {
    source,
    name: `${source} ${seed}`,
    queryCount: queries,
    workflows: Array.from({ length: workflows }, (_, index) => {
      const ability = index % 5 === 4 ? 0 : 0.35 + 0.55 * random.next();
      const run = () => difficulties.map((difficulty) => Number(ability + 0.1 * (random.next() - 0.5) > difficulty));
      return { round: index + 1, parentRound: Math.ceil(index / 2), repeats: Array.from({ length: repeats }, run) };
    }),
  };
}
