import { expect, test } from 'vitest';
import { type Figure, formatFigure } from '../../../../services/shared/document/figure.ts';

test.each<[Figure | undefined, string]>([
  [undefined, '–'],
  [{ unit: 'percent', value: 93.24, low: 91, high: 95.26 }, '93.2 (91.0–95.3)'],
  [{ unit: 'points', value: 0.42, low: -1.2, high: 2 }, '+0.4 (−1.2 to +2.0)'],
  [{ unit: 'share', value: 0.2512, low: 0.22, high: 0.29 }, '25.1 % (22 %–29 %)'],
  [{ unit: 'tokens', value: 1_070_000 }, '1.07 M'],
  [{ unit: 'probability', value: 0.0001 }, '< 0.001'],
  [{ unit: 'probability', value: 1 }, '1.000'],
  [{ unit: 'number', value: -0.0576 }, '−0.058'],
  [{ unit: 'number', value: 2 }, '2'],
  [{ unit: 'number', value: 2, low: -0.5, high: 3, digits: 2 }, '2.00 (−0.50 to 3.00)'],
  [{ unit: 'score', value: 0.87123 }, '0.8712'],
  [{ unit: 'difference', value: 0.01 }, '+0.0100'],
  [{ unit: 'difference', value: -0.25 }, '−0.2500'],
  [{ unit: 'count', value: 149_428, estimated: true }, '~149,428'],
])('%j is shown as %s', (figure, shown) => {
  expect(formatFigure(figure)).toBe(shown);
});
