import type { Figure, FigureUnit } from '../../domain/experiment/experiment-report.ts';
import { formatCount } from '../../shared/document/format.ts';

/** E.g. "93.2 (91.0–95.1)", "+0.4 (−1.2 to +2.0)", "25 % (22–29 %)"; a dash for what cannot be said. */
export function formatFigure(figure: Figure | undefined): string {
  if (figure === undefined) return '–';
  const { unit, value, low, high } = figure;
  if (low === undefined || high === undefined) return formatValue(unit, value);
  const between = unit === 'points' || low < 0 ? ' to ' : '–';
  return `${formatValue(unit, value)} (${formatValue(unit, low)}${between}${formatValue(unit, high)})`;
}

export function formatValue(unit: FigureUnit, value: number): string {
  switch (unit) {
    case 'percent':
      return value.toFixed(1);
    case 'points': {
      const points = value.toFixed(1);
      return Number(points) > 0 ? `+${points}` : minus(points);
    }
    case 'share':
      return `${Number((100 * value).toPrecision(3))} %`;
    case 'tokens':
      return formatCount(value);
    case 'probability':
      return value < 0.001 ? '< 0.001' : value.toFixed(3);
    case 'number':
      return minus(Number.isInteger(value) ? String(value) : value.toFixed(3));
  }
}

function minus(text: string): string {
  return text.replace('-', '−');
}
