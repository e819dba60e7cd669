import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearScale, scoreDomain } from '../../../../../services/shared/document/plots/scale.ts';

describe('the scale of a plot', () => {
  it('maps the ends of the domain to the ends of the range', () => {
    const scale = linearScale([0, 50_000], [60, 940], 5);
    expect([scale(0), scale(25_000), scale(50_000)]).toEqual([60, 500, 940]);
    expect(scale.ticks).toEqual([0, 10_000, 20_000, 30_000, 40_000, 50_000]);
  });

  it('survives a domain without extent', () => {
    const scale = linearScale([0, 0], [0, 100], 5);
    expect(Number.isFinite(scale(0))).toBe(true);
    expect(scale.ticks.every(Number.isFinite)).toBe(true);
  });

  it('has ticks inside the domain, in steps of 1, 2 or 5 times a power of ten', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e9, noNaN: true }), fc.integer({ min: 2, max: 12 }), (high, count) => {
        const { ticks } = linearScale([0, high], [0, 100], count);
        expect(ticks.length).toBeGreaterThan(0);
        expect(ticks.length).toBeLessThanOrEqual(count + 1);
        for (const tick of ticks) expect(tick).toBeLessThanOrEqual(high * (1 + 1e-9));
      }),
    );
  });
});

describe('the domain of scores', () => {
  it('holds all scores with some room, within 0 and 1', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (scores) => {
        const [low, high] = scoreDomain(scores);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(high - low).toBeGreaterThan(0.09);
        expect(low).toBeLessThanOrEqual(Math.min(...scores));
        expect(high).toBeGreaterThanOrEqual(Math.max(...scores));
      }),
    );
  });

  it('does not blow up small differences', () => {
    expect(scoreDomain([0.95, 0.951])[0]).toBeCloseTo(0.9);
    expect(scoreDomain([])).toEqual([0, 1]);
  });
});
