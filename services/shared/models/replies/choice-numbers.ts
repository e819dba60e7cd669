import { fieldsOf } from '../errors/server-answer.ts';

/** Which of a request's replies the parts of each chunk belong to. */
export interface ChoiceNumbers {
  /** @param parts the `choices` of a chunk, or of a whole body */
  of(parts: readonly unknown[]): readonly number[];
  /** @param withText whether the parts that were asked for last brought text */
  came(withText: boolean): void;
  /** Each piece of text had a number of its own: one higher than the last, but for pieces without text between them. */
  readonly areCounted: boolean;
  /** Pieces of text were numbered in more than one way, so that one may belong to any of several replies. */
  readonly areUnclear: boolean;
}

/**
 * Some servers number no choice, or all alike: then the place in the chunk is the number, as long as all chunks are equally long.
 * Others count their chunks (Foundry Local 0.7, TGI until 2024): where one reply is wanted, they are its pieces.
 * @param wanted how many replies were asked for
 */
export function createChoiceNumbers(wanted: number): ChoiceNumbers {
  let pieces = 0;
  /** Since the last piece of text; a token may be half a character. */
  let empty = 0;
  let first: number | undefined;
  let highest = -1;
  let areCounted = true;
  let form: number | 'numbered' | undefined;
  let areUnclear = false;
  let numbers: readonly number[] | undefined;
  let count = 0;

  return {
    of: (parts) => {
      numbers = numbersOf(parts);
      count = parts.length;
      if (numbers === undefined) return parts.map((_, place) => place);
      if (wanted > 1 || parts.length !== 1) return numbers;
      const [number = 0] = numbers;
      first ??= number;
      return areCounted && number >= highest ? [first] : numbers;
    },
    came: (withText) => {
      if (!withText) {
        empty += count;
        return;
      }
      const now = numbers === undefined ? count : 'numbered';
      form ??= now;
      const [number = 0] = numbers ?? [];
      areUnclear ||= wanted > 1 ? form !== now : areCounted && pieces > 1 && number < highest;
      areCounted &&= count === 1 && (pieces === 0 || (number > highest && number <= highest + 1 + empty));
      highest = Math.max(highest, number);
      pieces += 1;
      empty = 0;
    },
    get areCounted() {
      return areCounted;
    },
    get areUnclear() {
      return areUnclear;
    },
  };
}

/** Undefined where some part has no number, or two have the same. */
function numbersOf(parts: readonly unknown[]): readonly number[] | undefined {
  const numbers = parts.map(numberOf);
  if (numbers.length === 1) return Number(numbers[0]) >= 0 ? numbers : undefined;
  return numbers.every((number) => number >= 0) && new Set(numbers).size === numbers.length ? numbers : undefined;
}

function numberOf(part: unknown): number {
  const { index } = fieldsOf(part);
  return index === null ? Number.NaN : Number(index);
}
