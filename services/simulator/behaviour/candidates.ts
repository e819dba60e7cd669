import { solutionLabel } from '../../domain/operators/sc-ensemble.ts';
import { kindOf } from '../answers/kind-of.ts';
import type { Question } from '../question.ts';

/** One of the solutions that a prompt shows under letters. */
export interface Candidate {
  readonly letter: string;
  /** "none" where no answer can be seen. */
  readonly answer: string;
  readonly isRight: boolean;
  /** How many of the solutions say the same, itself among them. */
  readonly votes: number;
}

export function candidatesIn({ prompt, known }: Question): Candidate[] {
  const labels = [...prompt.matchAll(new RegExp(`^${solutionLabel('([A-Z])')}$`, 'gm'))];
  const kind = known === undefined ? undefined : kindOf(known);
  const read = labels.map((match, index) => {
    const text = prompt.slice(match.index + match[0].length, labels[index + 1]?.index).trim();
    const answer = (known === undefined ? text : kind?.final(text, known)) ?? 'none';
    const key = known === undefined ? text : (kind?.key(answer, known) ?? answer);
    return { letter: match[1] ?? '', answer, key, isRight: known !== undefined && kind?.isRight(answer, known) === true };
  });
  return read.map(({ key, ...candidate }) => ({ ...candidate, votes: read.filter((other) => other.key === key).length }));
}

/** An answer as a reply can quote it. */
export function inShort(answer: string): string {
  const line = answer.split('\n').find((part) => part.trim() !== '') ?? '';
  return line.length <= 60 ? line : `${line.slice(0, 57)}...`;
}
