import type { BudgetAmount, PartAmount } from '../contracts/generated/scale/v1/budgets.ts';

/** What work is for, as far as shares of a limit go. */
export const budgetParts = ['propose', 'search', 'pick', 'test'] as const;
export type BudgetPart = (typeof budgetParts)[number];

/** What is counted. */
export const countedKinds = ['tokens', 'calls', 'money'] as const;
export type CountedKind = (typeof countedKinds)[number];

export const nothing: BudgetAmount = { tokens: 0, calls: 0, money: 0 };

export function add(...amounts: readonly (BudgetAmount | undefined)[]): BudgetAmount {
  return amounts.reduce<BudgetAmount>(
    (sum, { tokens, calls, money } = nothing) => ({
      tokens: sum.tokens + tokens,
      calls: sum.calls + calls,
      money: sum.money + money,
    }),
    nothing,
  );
}

export function most(...amounts: readonly (BudgetAmount | undefined)[]): BudgetAmount {
  const of = (kind: CountedKind): number => Math.max(0, ...amounts.map((amount) => amount?.[kind] ?? 0));
  return { tokens: of('tokens'), calls: of('calls'), money: of('money') };
}

export function totalOf(parts: readonly PartAmount[]): BudgetAmount {
  return add(...parts.map(({ amount }) => amount));
}

export function ofPart(parts: readonly PartAmount[], part: BudgetPart): BudgetAmount {
  return add(...parts.filter((each) => each.part === part).map(({ amount }) => amount));
}

/** One entry a part. */
export function addParts(parts: readonly PartAmount[], more: readonly PartAmount[]): PartAmount[] {
  const all = [...parts, ...more];
  const names = [...new Set(all.map(({ part }) => part))].sort();
  return names.map((part) => ({ part, amount: totalOf(all.filter((each) => each.part === part)) }));
}

export function isNothing({ tokens, calls, money }: BudgetAmount = nothing): boolean {
  return tokens === 0 && calls === 0 && money === 0;
}

/** What is left of each part when these have been taken off it. */
export function withoutParts(parts: readonly PartAmount[], taken: readonly PartAmount[]): PartAmount[] {
  const negative = taken.map(({ part, amount: { tokens, calls, money } = nothing }) => ({
    part,
    amount: { tokens: -tokens, calls: -calls, money: -money },
  }));
  return addParts(parts, negative).filter(({ amount }) => !isNothing(amount));
}
