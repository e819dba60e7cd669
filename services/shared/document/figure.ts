import { exact, formatCount, formatScore } from './format.ts';
import { formatAmount } from './format-money.ts';

/**
 * - score: in [0, 1], with four digits; difference: of two scores, with its sign
 * - percent: 100 x a score; points: 100 x a difference of scores, with its sign; share: 1 is all of it, or the same amount
 * - count: with all its digits; tokens: three digits and a unit
 * - money: in whatever currency stands beside it
 * - probability: of a test
 * - number: anything else
 */
export type Unit =
  | 'score'
  | 'difference'
  | 'percent'
  | 'points'
  | 'share'
  | 'count'
  | 'tokens'
  | 'money'
  | 'probability'
  | 'number';

export interface Figure {
  readonly unit: Unit;
  readonly value: number;
  /** 95 %; absent where a single value gives none. */
  readonly low?: number;
  readonly high?: number;
  /** After the point, of a number; by default three, and none for whole ones. */
  readonly digits?: number;
  /** Based on an estimate, and marked as such. */
  readonly estimated?: boolean;
}

/** Stands for an unknown value. */
export const dash = '–';

/** E.g. "93.2 (91.0–95.1)", "+0.4 (−1.2 to +2.0)", "25 % (22 %–29 %)"; a dash for an unknown value. */
export function formatFigure(figure: Figure | undefined): string {
  if (figure === undefined) return dash;
  const { unit, low, high, digits } = figure;
  if (low === undefined || high === undefined) return formatPlainFigure(figure);
  const between = unit === 'points' || unit === 'difference' || low < 0 ? ' to ' : '–';
  return `${formatPlainFigure(figure)} (${formatValue(unit, low, digits)}${between}${formatValue(unit, high, digits)})`;
}

/** Without its interval. */
export function formatPlainFigure({ unit, value, digits, estimated }: Figure): string {
  return `${estimated ? '~' : ''}${formatValue(unit, value, digits)}`;
}

export function formatValue(unit: Unit, value: number, digits?: number): string {
  switch (unit) {
    case 'score':
      return formatScore(value);
    case 'difference':
      return signed(value, 4);
    case 'percent':
      return value.toFixed(1);
    case 'points':
      return signed(value, 1);
    case 'share':
      return `${Number((100 * value).toPrecision(3))} %`;
    case 'count':
      return exact(value);
    case 'tokens':
      return formatCount(value);
    case 'money':
      return formatAmount(value);
    case 'probability':
      return value < 0.001 ? '< 0.001' : value.toFixed(3);
    case 'number':
      return minus(digits === undefined && Number.isInteger(value) ? String(value) : value.toFixed(digits ?? 3));
  }
}

function signed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) > 0 ? `+${text}` : minus(text);
}

function minus(text: string): string {
  return text.replace('-', '−');
}
