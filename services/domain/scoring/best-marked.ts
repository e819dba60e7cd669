import { markedReadings } from '../replies/marked-answer.ts';
import { withoutClause } from '../replies/without-aside.ts';
import type { ScoredAnswer } from './scorer.ts';

/** The best score among the texts that the answer may mean as its final one. */
export function bestMarked(answer: string, score: (extracted: string) => number): ScoredAnswer {
  return bestOfTexts(withoutClauses(markedReadings(answer)), score);
}

/** The readings, and each without the clause that tells more of it: "Paris, which lies on the Seine". */
export function withoutClauses(readings: readonly string[]): readonly string[] {
  return [...new Set([...readings, ...readings.flatMap((text) => withoutClause(text) ?? [])])];
}

export function bestOfTexts(texts: readonly string[], score: (extracted: string) => number): ScoredAnswer {
  const scored = texts.map((extracted) => ({ score: score(extracted), extracted }));
  const best = Math.max(...scored.map((one) => one.score));
  return scored.find((one) => one.score === best) ?? { score: 0, extracted: '' };
}
