import { scored } from '../../failure-class.ts';
import type { Round } from '../../run/state.ts';
import { mean } from '../../statistics/intervals.ts';
import type { StopRule } from './stop-rule.ts';

export interface ConvergenceSettings {
  /** Flat steps in a row that end the search. AFlow: 5. */
  readonly rounds: number;
  /** Scores in the mean that is watched. AFlow: 3. */
  readonly top: number;
  /** Width of the band that counts as flat, in standard errors. AFlow: 0. */
  readonly z: number;
}

interface Watched {
  readonly mean: number;
  readonly error: number;
}

/**
 * AFlow's rule: stop when the mean of the best scores so far has stood still for some rounds. A step is flat if it is at most
 * z standard errors of the difference; with AFlow's z = 0, only if nothing changed at all. The errors are, as in AFlow, the
 * standard deviation over a round's repeats, so with one repeat any z acts as 0. Rounds without a score are passed over.
 */
export function convergence({ rounds: needed, top, z }: ConvergenceSettings): StopRule {
  return ({ rounds }) => {
    const scores = rounds.flatMap(watchedScore);
    if (scores.length < top + 1) return undefined;
    let flat = 0;
    let previous: Watched | undefined;
    for (let count = 1; count <= scores.length; count += 1) {
      const current = meanOfBest(scores.slice(0, count), top);
      if (previous !== undefined) {
        const within = Math.abs(current.mean - previous.mean) <= z * Math.hypot(current.error, previous.error);
        flat = within ? flat + 1 : 0;
        if (flat >= needed) return 'converged';
      }
      previous = current;
    }
    return undefined;
  };
}

function watchedScore(round: Round): Watched[] {
  if (round.evaluation === undefined) return [];
  return [{ mean: round.evaluation.score, error: deviationOverRepeats(round) }];
}

/** The divisor is `top` even where fewer rounds have a score, as in AFlow. */
function meanOfBest(scores: readonly Watched[], top: number): Watched {
  const best = [...scores].sort((one, other) => other.mean - one.mean).slice(0, top);
  return { mean: mean(best.map((score) => score.mean)), error: Math.hypot(...best.map((score) => score.error)) / top };
}

function deviationOverRepeats({ outcomes }: Round): number {
  // Numbers alone: whole outcomes would be objects by the thousand, for each round at once.
  const repeats = new Map<number, number[]>();
  for (const { repeat, score } of scored(outcomes)) {
    const scores = repeats.get(repeat);
    if (scores === undefined) repeats.set(repeat, [score]);
    else scores.push(score);
  }
  if (repeats.size < 2) return 0;
  const means = [...repeats.values()].map(mean);
  const centre = mean(means);
  return Math.sqrt(mean(means.map((value) => (value - centre) ** 2)));
}
