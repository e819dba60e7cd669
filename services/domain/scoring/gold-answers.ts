import type { Query } from '../benchmark.ts';

/** The answers, any one of which is right. DROP's own data separates them by bars. */
export function goldAnswers({ reference, rightAnswers = reference.split('|') }: Query): string[] {
  return rightAnswers.filter((gold) => gold.trim() !== '');
}
