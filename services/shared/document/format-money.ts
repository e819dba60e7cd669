import type { Money } from '../../domain/prices/money-of.ts';
import { formatNames } from './format.ts';

/** An amount without its currency: "1,234.50", "0.0312", "0.000042". Two digits after the point from 1 on, and more below. */
export function formatAmount(amount: number): string {
  const size = Math.abs(amount);
  if (size >= 1 || size === 0) return amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return size >= 0.01
    ? amount.toFixed(4)
    : amount.toLocaleString('en-US', { maximumSignificantDigits: 2, maximumFractionDigits: 12 });
}

/** "$1.25", "EUR 1.25". */
export function formatCost(amount: number, currency: string): string {
  const text = currency === 'USD' ? `$${formatAmount(Math.abs(amount))}` : `${currency} ${formatAmount(Math.abs(amount))}`;
  return amount < 0 ? `−${text}` : text;
}

/** "$1.25", and what it lacks: "$1.25, without qwen3-8b, whose price is not known". */
export function describeMoney({ amount, currency, unpriced = [] }: Money): string {
  const lacks = unpriced.length === 0 ? '' : `, without ${formatNames(unpriced)}, whose price is not known`;
  return `${formatCost(amount, currency)}${lacks}`;
}

/** Short, where there is no room for names: a plus says that models without a price come on top. */
export function shortMoney({ amount, currency, unpriced = [] }: Money): string {
  return `${formatCost(amount, currency)}${unpriced.length === 0 ? '' : '+'}`;
}

/** A part of a total, after its tokens: " ($0.25)"; "" where nothing says what it cost. */
export function partInMoney(amount: number | undefined, total: Money | undefined): string {
  return amount === undefined || total === undefined ? '' : ` (${shortMoney({ ...total, amount })})`;
}
