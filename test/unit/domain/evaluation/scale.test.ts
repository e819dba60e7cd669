import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calibrationWeight, scale } from '../../../../services/domain/evaluation/scale.ts';
import { evidence, outcomes } from './made-up-evidence.ts';

const product = { tau: 0.1, alphaMax: 0.9, alphaForm: 'product' } as const;
const quotient = { ...product, alphaForm: 'quotient' } as const;
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe("Eq 9's alpha", () => {
  test('multiplies with psi in one reading and divides by it in the other', () => {
    expect(calibrationWeight(0.5, 0.03, product)).toBeCloseTo(0.15, 12);
    expect(calibrationWeight(0.5, 0.03, quotient)).toBe(0.9);
    expect(calibrationWeight(0.5, 1, { ...quotient, tau: 0.6, alphaMax: 1 })).toBe(0);
    expect(calibrationWeight(0.3, 0.5, { ...quotient, tau: 0.25, alphaMax: 1 })).toBe(1);
  });

  test('is 0 up to the tolerance, and begins just above it', () => {
    expect(calibrationWeight(0.1, 0.5, product)).toBe(0);
    expect(calibrationWeight(0.1001, 0.5, product)).toBeCloseTo(0.5005, 12);
  });

  test('bears a tolerance of 0', () => {
    expect(calibrationWeight(0, 0.5, { ...product, tau: 0 })).toBe(0);
    expect(calibrationWeight(0.01, 0.5, { ...product, tau: 0 })).toBe(0.9);
  });

  test('is in [0, alphaMax], 0 within tau, and never falls as epsilon grows', () => {
    const settings = fc.record({
      tau: share,
      alphaMax: share,
      alphaForm: fc.constantFrom('product' as const, 'quotient' as const),
    });
    const positive = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, positive, settings, (one, other, psi, reading) => {
        const alpha = calibrationWeight(one, psi, reading);
        expect(alpha).toBeGreaterThanOrEqual(0);
        expect(alpha).toBeLessThanOrEqual(reading.alphaMax);
        if (one <= reading.tau) expect(alpha).toBe(0);
        if (other >= one) expect(calibrationWeight(other, psi, reading)).toBeGreaterThanOrEqual(alpha);
      }),
    );
  });
});

test('it asks for a sample first, then for a prediction, then it scores', () => {
  expect(scale.next(evidence())).toMatchObject({ kind: 'sample' });
  expect(scale.next(evidence({ sampled: [0, 1] }))).toEqual({ kind: 'predict' });
  expect(scale.next(evidence({ sampled: [0, 1], outcomes: outcomes(1, 0), prediction: 0.9 }))).toMatchObject({ kind: 'score' });
});

test('Eq 8 mixes prediction and few-shot score, and keeps what it mixed', () => {
  const settings = { ...evidence().settings, ...product };
  const step = scale.next(evidence({ settings, sampled: [0, 1], outcomes: outcomes(1, 0), prediction: 0.9 }));
  // eps .4 = 4 tau, psi 2/20: alpha .4.
  expect(step).toEqual({
    kind: 'score',
    evaluation: {
      method: 'scale',
      score: expect.closeTo(0.6 * 0.9 + 0.4 * 0.5, 12),
      executions: 2,
      predicted: 0.9,
      fewShot: 0.5,
      alpha: expect.closeTo(0.4, 12),
      epsilon: expect.closeTo(0.4, 12),
    },
  });
});

test('the score lies between prediction and few-shot score', () => {
  fc.assert(
    fc.property(share, fc.array(share, { minLength: 1, maxLength: 20 }), (prediction, scores) => {
      const sampled = scores.map((_, query) => query);
      const step = scale.next(evidence({ sampled, outcomes: outcomes(...scores), prediction }));
      if (step.kind !== 'score') throw new Error('no score');
      const { score, fewShot = Number.NaN } = step.evaluation;
      expect(score).toBeGreaterThanOrEqual(Math.min(prediction, fewShot) - 1e-12);
      expect(score).toBeLessThanOrEqual(Math.max(prediction, fewShot) + 1e-12);
      expect(score >= 0 && score <= 1).toBe(true);
    }),
  );
});

test('the order of the outcomes does not matter', () => {
  const base = { sampled: [0, 1, 2, 3], prediction: 0.9 };
  const forwards = scale.next(evidence({ ...base, outcomes: outcomes(1, 0, 0, 1) }));
  expect(scale.next(evidence({ ...base, outcomes: outcomes(1, 0, 0, 1).reverse() }))).toEqual(forwards);
});

test('without a usable prediction it is the few-shot score with alpha 1, and named so', () => {
  const step = scale.next(evidence({ sampled: [0, 1], outcomes: outcomes(1, 0), prediction: undefined }));
  expect(step).toMatchObject({ evaluation: { method: 'few-shot', score: 0.5, fewShot: 0.5, alpha: 1 } });
});
