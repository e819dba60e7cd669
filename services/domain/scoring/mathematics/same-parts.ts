import { tupleOf } from './split-latex.ts';

/** Compares two parts of answers, in LaTeX as `plainLatex` spells it. */
export type Same = (answer: string, expected: string) => boolean;

/** Answers have fewer parts; the limit bounds the work. */
export const mostParts = 30;

/** Part by part. */
export function areSame(answers: readonly string[], expected: readonly string[], same: Same): boolean {
  if (answers.length !== expected.length || answers.length > mostParts) return false;
  for (const [index, answer] of answers.entries()) {
    if (!same(answer.trim(), (expected[index] ?? '').trim())) return false;
  }
  return true;
}

/** In any order. */
export function isSamePermuted(answers: readonly string[], expected: readonly string[], same: Same): boolean {
  const [left, right] = [withoutRepeated(answers), withoutRepeated(expected)];
  if (left.length !== right.length || left.length > mostParts) return false;
  const wanted = [...right];
  for (const part of left) {
    let found = -1;
    for (let index = 0; index < wanted.length && found < 0; index += 1) {
      if (same(part, wanted[index] ?? '')) found = index;
    }
    if (found < 0) return false;
    wanted.splice(found, 1);
  }
  return true;
}

/** A pair that occurs twice in a list is one solution; a number may be a double root. */
function withoutRepeated(parts: readonly string[]): string[] {
  return parts.filter((part, index) => tupleOf(part) === undefined || parts.indexOf(part) === index);
}
