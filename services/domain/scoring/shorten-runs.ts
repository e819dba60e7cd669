import type { Query } from '../benchmark.ts';
import type { Scorer } from './scorer.ts';

/** Shorter answers take no time that matters, whatever is in them. */
const longAnswer = 2_000;
/** Of one sign, or of a piece without letters and digits: no word is among what is dropped. */
const runs = /(.|[^\p{L}\p{N}]{2,8}?)\1{99,}/gsu;
const kept = 100;

/**
 * The answer with at most a hundred repetitions of one sign, or of one piece of punctuation, in a row. A model that falls into a
 * loop repeats such a thing up to its limit of tokens, and what looks for an answer takes time by the square of that: 32,000
 * digits in a row took 9 s, in which an executor answers nobody. All of it stays where a right answer has such a row, where the
 * answer is a program, and where a model judges it or a program.
 */
export function shortenRuns(
  answer: string,
  { reference, rightAnswers = [reference] }: Query,
  { needs }: Pick<Scorer, 'needs'>,
): string {
  if (needs !== undefined || answer.length < longAnswer) return answer;
  if (rightAnswers.some((right) => right.search(runs) >= 0)) return answer;
  return answer.replace(runs, (_run, piece: string) => piece.repeat(kept));
}
