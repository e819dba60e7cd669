import { numberIn } from './near-miss.ts';

const markedForms = [
  /\\boxed\{([^{}]*)\}/g,
  /<answer>\s*([^<]*?)\s*<\/answer>/gi,
  /\banswer(?: is|:)\**\s*\**\$?(-?[\d,]*\.?\d+)/gi,
];

/** The last marked answer in a text, which must be a number where the reference is one: "\boxed{answer}" in an instruction is not. */
export function markedAnswer(text: string, reference: string): string | undefined {
  const numeric = numberIn(reference) !== undefined;
  for (const form of markedForms) {
    const answers = [...text.matchAll(form)].map((match) => (match[1] ?? '').trim());
    const last = answers.findLast((answer) => (numeric ? numberIn(answer) !== undefined : answer !== ''));
    if (last !== undefined) return last;
  }
  return undefined;
}

/** The final answer of a solution: the marked one, else the last number. */
export function finalAnswer(solution: string, reference: string): string | undefined {
  return markedAnswer(solution, reference) ?? solution.match(/-?\d[\d,]*(?:\.\d+)?/g)?.at(-1);
}

export function sameAnswer(left: string, right: string): boolean {
  const [leftNumber, rightNumber] = [numberIn(left), numberIn(right)];
  if (leftNumber !== undefined && rightNumber !== undefined) return Math.abs(leftNumber - rightNumber) <= 1e-6;
  return left.trim().toLowerCase() === right.trim().toLowerCase();
}
