/**
 * Amounts by name, as in "days=30, runs=500": each above 0, and each name once, since of two it would be a guess which is meant.
 * @returns undefined for anything else
 */
export function namedAmounts<Name extends string>(
  text: string,
  names: readonly Name[],
): Partial<Record<Name, number>> | undefined {
  const amounts: Partial<Record<Name, number>> = {};
  for (const part of text.split(',')) {
    const [, given, digits = ''] = /^\s*([a-z]+)\s*=\s*([\d_]+(?:\.\d+)?)\s*$/.exec(part) ?? [];
    const name = names.find((each) => each === given);
    const amount = Number(digits.replaceAll('_', ''));
    if (name === undefined || amounts[name] !== undefined || !(amount > 0)) return undefined;
    amounts[name] = amount;
  }
  return amounts;
}
