import { lastRoundSeen, type SightSettings } from '../run/rounds-seen.ts';

/**
 * The warm-up lasts until M workflows were executed in full, so a round that found no workflow does not count: difficulties are
 * worthless with a row missing. A workflow that failed on every query does count, as in the paper; its row of zeros moves all
 * queries equally. Rounds of the warm-up that are under way count as if they had succeeded: that at most delays its end, while
 * executing several more rounds in full costs many times what the others do.
 * @param full those of the rounds before it that were executed in full
 */
export function isWarmUpRound(settings: SightSettings, full: ReadonlySet<number>, round: number): boolean {
  const { warmUpRounds } = settings.evaluation;
  if (warmUpRounds === 0) return false;
  const isWarmUp: boolean[] = [];
  let [seen, known] = [0, 0];
  for (let each = 1; each <= round; each += 1) {
    for (const last = lastRoundSeen(settings, each); seen < last; seen += 1) known += full.has(seen + 1) ? 1 : 0;
    const underWay = isWarmUp.slice(seen, each - 1).filter(Boolean).length;
    isWarmUp.push(known + underWay < warmUpRounds);
  }
  return isWarmUp[round - 1] === true;
}
