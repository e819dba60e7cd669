import type { Query } from '../benchmark.ts';
import type { ScoredAnswer, Scorer } from './scorer.ts';
import { quoted, textDifference } from './text-difference.ts';

/** Characters of it that a result keeps: a scorer of a user's own may say as much as it likes. */
export const feedbackLimit = 2000;

/**
 * What is said of an answer: the scorer's own words, otherwise how what it compared differs from the reference. Undefined
 * where that is nothing that the answer and the reference do not say themselves, and where the scorer compares no texts.
 */
export function feedbackOn(
  answer: string,
  { score, extracted, feedback = '' }: ScoredAnswer,
  { reference, rightAnswers = [reference] }: Query,
  { needs }: Pick<Scorer, 'needs'>,
): string | undefined {
  const said = feedback.toWellFormed().trim();
  if (said !== '') return said.length <= feedbackLimit ? said : `${said.slice(0, feedbackLimit - 2).toWellFormed()} …`;
  if (score >= 1 || needs !== undefined) return undefined;
  if (extracted.trim() === '') return 'no answer was found in it';
  const { nearest, difference } = textDifference(extracted, rightAnswers);
  const isWhole = extracted.trim() === answer.trim();
  if (isWhole && difference === '') return undefined;
  return `${quoted(extracted)} was taken for the answer, and ${nearest} is right${difference === '' ? '' : `: ${difference}`}`;
}
