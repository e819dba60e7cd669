import { bestCandidates } from './drawn.ts';
import type { ParentSampling } from './parent-sampling.ts';

/**
 * Eq 4 without replacement among the rounds in flight: a workflow that is being edited is drawn again only when all candidates
 * are being edited as often. With one round in flight it is the plain draw.
 */
export const different: ParentSampling = {
  name: 'different',
  description: 'rounds in flight together edit different workflows: Eq 4 among those that the fewest of them edit',
  candidates({ rounds, underWay, settings }) {
    const best = bestCandidates(rounds, settings);
    const edits = best.map(({ round }) => underWay.filter((parent) => parent === round).length);
    const fewest = Math.min(...edits);
    const weights = best.map(({ probability }, index) => (edits[index] === fewest ? probability : 0));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    // Without a uniform part, Eq 4 may leave nothing to those that are free.
    if (total === 0) return best;
    return best.map((candidate, index) => ({ ...candidate, probability: (weights[index] as number) / total }));
  },
};
