import { expect, test } from 'vitest';
import { studentDistribution, studentQuantile } from '../../../../services/domain/statistics/student.ts';

// Tables of the distribution, three to four decimals.
test.each([
  [1, 0.975, 12.706],
  [2, 0.975, 4.3027],
  [5, 0.975, 2.5706],
  [10, 0.975, 2.2281],
  [30, 0.95, 1.6973],
  [1000, 0.975, 1.9623],
  [5, 0.025, -2.5706],
])('with %i degrees of freedom, the %f quantile is %f', (degrees, probability, quantile) => {
  expect(studentQuantile(probability, degrees)).toBeCloseTo(quantile, 3);
});

test('agrees with the closed forms for one and two degrees of freedom', () => {
  for (const t of [-7, -1.3, -0.01, 0, 0.4, 2, 25]) {
    expect(studentDistribution(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 12);
    expect(studentDistribution(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 12);
  }
});

test('agrees with integration of its density', () => {
  // With 4 degrees of freedom the density is 3/8 (1 + t^2/4)^(-5/2).
  const steps = 20_000;
  const width = 1.7 / steps;
  let area = 0.5;
  for (let step = 0; step < steps; step += 1) area += width * 0.375 * (1 + ((step + 0.5) * width) ** 2 / 4) ** -2.5;
  expect(studentDistribution(1.7, 4)).toBeCloseTo(area, 8);
});
