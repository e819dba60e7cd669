import { earlierRounds } from '../../run/earlier-rounds.ts';
import { bestCandidates } from './drawn.ts';
import type { ParentSampling } from './parent-sampling.ts';

/**
 * GEPA's choice (arXiv 2507.19457, Algorithm 2): for each query the workflows that did best on it; without those that are never
 * needed to have one of the best for every query; the rest are drawn by the number of queries on which they are best. Only
 * queries that all have been executed on count; where there is none, as with scores that are predictions, Eq 4 decides.
 */
export const pareto: ParentSampling = {
  name: 'pareto',
  description: 'draws by the number of queries on which a workflow is among the best, as GEPA does',
  candidates({ rounds, settings }) {
    const executed = earlierRounds(rounds).filter(({ queries }) => queries.length > 0);
    const rows = executed.map(({ queries, scores }) => new Map(queries.map((query, index) => [query, scores[index] as number])));
    const common = (executed[0]?.queries ?? []).filter((query) => rows.every((row) => row.has(query)));
    if (common.length === 0) return bestCandidates(rounds, settings);
    /** For each query, the places of those that are best on it. */
    const best = common.map((query) => {
      const scores = rows.map((row) => row.get(query) as number);
      const highest = Math.max(...scores);
      return new Set(scores.flatMap((score, place) => (score === highest ? [place] : [])));
    });
    const newestStays = settings.ties === 'newest';
    const worstFirst = [...executed.keys()].sort((one, other) => {
      const byScore = (executed[one]?.evaluation.score ?? 0) - (executed[other]?.evaluation.score ?? 0);
      return byScore || (newestStays ? one - other : other - one);
    });
    for (const place of worstFirst) {
      const isNeeded = best.some((places) => places.size === 1 && places.has(place));
      if (!isNeeded) for (const places of best) places.delete(place);
    }
    const counts = executed.map((_, place) => best.filter((places) => places.has(place)).length);
    const total = counts.reduce((sum, count) => sum + count, 0);
    return executed.flatMap(({ round, evaluation: { score } }, place) => {
      const count = counts[place] as number;
      return count === 0 ? [] : [{ round, score, probability: count / total }];
    });
  },
};
