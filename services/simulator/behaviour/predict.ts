import { randomNormal } from '../../domain/random.ts';
import { pick } from '../pick.ts';
import type { Question } from '../question.ts';

/** What it believes of workflows before it sees a score, and how many scores that belief weighs as much as. */
const belief = { score: 0.92, weight: 3 };
/** Standard deviation, so that the mean absolute error is about the paper's .05. */
const spread = 0.055;
const uselessShare = 0.015;

const remarks = [
  'The workflow states clearly what it wants, and the calls build on each other.',
  'The prompts are defined and the operators are used as described; single slips in arithmetic remain likely.',
  'Most queries should be solved, but longer ones may be misread by the backbone model.',
];

/**
 * A forecast as good as the paper measured (Pearson .05, MAE .05): near the scores that it is shown, and blind to the workflow.
 */
export function predict({ prompt, random, structured }: Question): string {
  const shown = [...prompt.matchAll(/^## Round \d+: score (\d\.\d+)/gm)]
    .map((match) => Number(match[1]))
    .filter((score) => score > 0.3);
  const sum = shown.reduce((total, score) => total + score, belief.score * belief.weight);
  const typical = sum / (shown.length + belief.weight);
  const score = Math.min(0.99, Math.max(0.01, typical + spread * randomNormal(random)));
  const reason = pick(remarks, random);
  if (structured) return JSON.stringify({ reason, score: score.toFixed(2) });
  if (random.next() < uselessShare) {
    return pick(
      [`<reason>${reason}</reason>\nI expect about ${Math.round(score * 100)}%.`, `<reason>${reason}</reason>\n<box>high</box>`],
      random,
    );
  }
  return `<reason>${reason}</reason>\n<box>${score.toFixed(2)}</box>`;
}
