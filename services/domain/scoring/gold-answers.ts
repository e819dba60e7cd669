import type { Query } from '../benchmark.ts';

/** The answers of which any one is right. DROP's own data has bars between them. */
export function goldAnswers({ reference, rightAnswers = reference.split('|') }: Query): string[] {
  return rightAnswers.filter((gold) => gold.trim() !== '');
}
