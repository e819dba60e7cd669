import { InvalidArgumentError } from 'commander';

/** Reads an option that is a whole number from 1 to a limit. */
export function countUpTo(limit: number): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (Number.isInteger(count) && count >= 1 && count <= limit) return count;
    throw new InvalidArgumentError(`it must be a whole number from 1 to ${limit}.`);
  };
}
