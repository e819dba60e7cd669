import type { ExecuteCommand } from '../run/command.ts';
import type { RunConfiguration } from '../run/configuration.ts';
import type { ExecutionOutcome } from '../run/event.ts';
import { shortened } from './shortened.ts';

/** Characters of an answer that the log keeps; prompts show these, and the whole answer stays in the result. */
export const answerExcerptLength = 400;

/** Characters of what a scorer says that the log keeps. */
export const feedbackExcerptLength = 600;

/**
 * What the log keeps of what a scorer says: nothing of a right answer, and nothing where the run's optimizer is not told or
 * not asked again.
 */
export function feedbackInLog(
  { search }: Pick<RunConfiguration, 'search'>,
  { purpose }: Pick<ExecuteCommand, 'purpose'>,
  { score, feedback }: { readonly score: number; readonly feedback?: string | undefined },
): Pick<ExecutionOutcome, 'feedback'> {
  if (search.feedbackTokens === undefined || purpose === 'final' || score >= 1 || feedback === undefined) return {};
  return { feedback: shortened(feedback, feedbackExcerptLength) };
}

/**
 * What the log keeps of an answer: its beginning and its end, where the conclusion is.
 */
export function excerpt(answer: string): string {
  if (answer.length <= answerExcerptLength) return answer;
  const head = Math.floor(answerExcerptLength / 4);
  return `${answer.slice(0, head)} … ${answer.slice(answer.length - (answerExcerptLength - head - 3))}`;
}
