import { markedReadings } from '../replies/marked-answer.ts';
import type { ScoredAnswer } from './scorer.ts';

/** The best score among the texts that the answer may mean as its final one. */
export function bestMarked(answer: string, score: (extracted: string) => number): ScoredAnswer {
  return bestOfTexts(markedReadings(answer), score);
}

export function bestOfTexts(texts: readonly string[], score: (extracted: string) => number): ScoredAnswer {
  const scored = texts.map((extracted) => ({ score: score(extracted), extracted }));
  const best = Math.max(...scored.map((one) => one.score));
  return scored.find((one) => one.score === best) ?? { score: 0, extracted: '' };
}
