import { fullyExecutedRounds } from '../run/earlier-rounds.ts';
import { lastRoundSeen } from '../run/rounds-seen.ts';
import type { RunState } from '../run/state.ts';

/**
 * The warm-up lasts until M workflows were executed in full, so a round that found no workflow does not count: difficulties are
 * worthless with a row missing. A workflow that failed on every query does count, as in the paper; its row of zeros moves all
 * queries equally. Rounds of the warm-up that are under way count as if they had succeeded: that at most delays its end, while
 * executing several more rounds in full costs many times what the others do.
 */
export function isWarmUpRound(state: RunState, round: number): boolean {
  const { warmUpRounds } = state.configuration.evaluation;
  const full = new Set(fullyExecutedRounds(state).map((earlier) => earlier.round));
  const isWarmUp: boolean[] = [];
  let [seen, known] = [0, 0];
  for (let each = 1; each <= round; each += 1) {
    for (const last = lastRoundSeen(state.configuration, each); seen < last; seen += 1) known += full.has(seen + 1) ? 1 : 0;
    const underWay = isWarmUp.slice(seen, each - 1).filter(Boolean).length;
    isWarmUp.push(known + underWay < warmUpRounds);
  }
  return isWarmUp[round - 1] === true;
}
