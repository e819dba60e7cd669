import type { Random } from '../../ports.ts';
import { randomChoice } from '../../random.ts';
import type { ParentCandidate } from '../../run/event.ts';
import type { ParentRequest } from './parent-sampling.ts';
import { parentSamplings } from './registry.ts';

export interface ParentChoice {
  readonly parentRound: number;
  readonly candidates: readonly ParentCandidate[];
}

/**
 * Draws a round's parent as the settings say.
 * @param sampling a name in the registry; absent: AFlow's draw
 * @throws UnknownNameError
 */
export function selectParent(request: ParentRequest, random: Random, sampling = 'drawn'): ParentChoice {
  const candidates = parentSamplings.named(sampling).candidates(request);
  const chosen = candidates[
    randomChoice(
      random,
      candidates.map(({ probability }) => probability),
    )
  ] as ParentCandidate;
  return { parentRound: chosen.round, candidates };
}
